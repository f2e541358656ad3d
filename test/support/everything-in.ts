import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { RunningServer } from './server.ts';

/** Every byte of the database: the file with its log, or each row of each table as text. */
export async function everythingIn({
  kind,
  databaseUrl,
}: Pick<RunningServer, 'kind' | 'databaseUrl'>): Promise<string> {
  if (kind === 'sqlite') {
    const path = databaseUrl.slice('sqlite:'.length);
    return [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1')).join('\n');
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'",
    );
    const rows: string[] = [];
    for (const { name } of tables.rows) {
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      rows.push(...found.rows.map(({ row }) => row));
    }
    return rows.join('\n');
  } finally {
    await client.end();
  }
}
