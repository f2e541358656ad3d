import { z } from 'zod';
import { readHead } from '../../audit/head.ts';
import type { Rows } from '../../database/rows.ts';
import { snakeKeys } from '../../wire/case.ts';
import { parentOrgAdmin } from '../access.ts';
import { Download } from '../download.ts';
import { defineOperation } from '../operation.ts';
import { type AuditRecord, auditRecords } from './audit-record.ts';
import { eventsBetween } from './logged-events.ts';

type ExportedRecord = AuditRecord & { readonly chain: string };

/** Rows in one read: the most that are in memory at a time. */
const pageSize = 500;

const formats = {
  ndjson: {
    contentType: 'application/x-ndjson',
    head: '',
    row: (record: ExportedRecord) => `${JSON.stringify(snakeKeys(record))}\n`,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: csvRow([
      ...['id', 'at', 'actor_id', 'actor_kind', 'actor_name', 'impersonated_by', 'action'],
      ...['target_id', 'target_kind', 'target_name', 'target_preview', 'changes'],
      ...['ip_address', 'request_id', 'chain'],
    ]),
    row: ({
      id,
      at,
      actor,
      action,
      target,
      changes,
      ipAddress,
      requestId,
      chain,
    }: ExportedRecord) =>
      csvRow([
        ...[id, at, actor.id, actor.kind, actor.name, actor.impersonatedBy, action],
        ...(target === null
          ? [null, null, null, null]
          : [target.id, target.kind, target.name, target.preview]),
        ...[changes === null ? null : JSON.stringify(snakeKeys(changes))],
        ...[ipAddress, requestId, chain],
      ]),
  },
} as const;

/** The whole log of the organization, oldest first, as it stands when the answer begins. */
export const exportAuditLog = defineOperation({
  name: 'auditLog.export',
  summary: 'The whole audit log of the organization as a file, each row with its chain value',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({ format: z.enum(['ndjson', 'csv']).default('ndjson') }),
  output: z.instanceof(Download),
  async run({ em, principal, services }, { format }) {
    const { seq: end } = await readHead(em);
    const { contentType, head, row } = formats[format];
    const orgId = principal.organization.id;
    async function* pieces() {
      if (head !== '') yield head;
      for await (const records of pagesOf(services.database.rows, orgId, end))
        yield records.map(row).join('');
    }
    return new Download(contentType, `audit-log.${format}`, pieces());
  },
});

async function* pagesOf(
  rows: Rows,
  orgId: string,
  end: number,
): AsyncGenerator<readonly ExportedRecord[]> {
  for (let after = 0; ; ) {
    const events = await eventsBetween(rows, orgId, { after, upTo: end, limit: pageSize });
    const last = events.at(-1);
    if (last === undefined) return;
    const records = await auditRecords(rows, orgId, events);
    yield records.map((record, index) => ({ ...record, chain: events[index]?.mac ?? '' }));
    after = last.seq;
  }
}

/** A row of CSV (RFC 4180). */
function csvRow(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => csvCell(cell ?? '')).join(',')}\r\n`;
}

/** A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text. */
function csvCell(value: string): string {
  const safe = /^\s*[=+\-@\t\r\n|%＝＋－＠]/u.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
