import type { Api } from '../api/api-context.tsx';
import { everyPage } from '../api/every-page.ts';
import type { ApiKey, ApiKeyQuery, SubOrg } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { saveFile } from '../ui/save-file.ts';

/** Saves every key that a filter shows, without secrets; returns their number. */
export async function downloadCsv(
  { trpc }: Api,
  filter: ApiKeyQuery,
  subOrgs: readonly SubOrg[],
): Promise<number> {
  const keys = await everyPage((cursor) =>
    // Sorted by creation time: the use of a key cannot change the order while pages are fetched.
    trpc.apiKeys.list.query({ ...filter, sort: 'created_at', limit: 100, ...cursor }),
  );
  const names = new Map(subOrgs.map(({ id, name }) => [id, name]));
  saveFile('api-keys.csv', 'text/csv;charset=utf-8', csvOf(keys, names));
  return keys.length;
}

/** Keys as CSV (RFC 4180). */
export function csvOf(keys: readonly ApiKey[], subOrgNames: ReadonlyMap<number, string>): string {
  const rows = keys.map((key) => [
    key.id,
    key.label,
    key.preview,
    key.status,
    key.subOrgId === null ? '' : (subOrgNames.get(key.subOrgId) ?? String(key.subOrgId)),
    key.createdBy ?? '',
    key.createdAt,
    key.lastUsedAt ?? '',
    key.expiresAt ?? '',
    key.scopes === null ? '*' : key.scopes.join(' '),
    key.ipAllowList === null ? '*' : key.ipAllowList.join(' '),
  ]);
  const lines = [text.csvColumns, ...rows].map((cells) => cells.map(csvCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** A spreadsheet takes a cell with this beginning for a formula; an apostrophe makes it text. */
export function csvCell(value: string): string {
  const safe = /^[\s]*[=+\-@\t\r\n|%＝＋－＠]/u.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
