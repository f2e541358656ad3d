import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { DatabaseTemplate } from './database-template.ts';

/**
 * A private database on the run's PostgreSQL 18, dropped at the end of the scope even when
 * connections are still open.
 *
 * @param template the initial content of the database, instead of none
 *
 * @example
 * ```ts
 * await using database = await postgresDatabase({ name: 'migrated', fill: migrate });
 * await using app = await startApp({ DATABASE_URL: database.url });
 * ```
 */
export async function postgresDatabase(template?: DatabaseTemplate) {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator(async (client) => {
    if (template) await ensureTemplate(client, template);
    await client.query(
      `create database ${name} template "${template?.name ?? 'template0'}" strategy file_copy`,
    );
  });
  return {
    url: urlOf(name),
    [Symbol.asyncDispose]: () =>
      asAdministrator(async (client) => {
        await client.query(`drop database ${name} with (force)`);
      }),
  };
}

// Test files run in several processes: the lock lets the first one fill and the others wait.
async function ensureTemplate(client: Client, { name, fill }: DatabaseTemplate) {
  await client.query('select pg_advisory_lock(hashtext($1))', [name]);
  const existing = await client.query('select from pg_database where datname = $1', [name]);
  if (existing.rowCount === 0) {
    const filling = `${name}_filling`;
    await client.query(`drop database if exists "${filling}" with (force)`);
    await client.query(`create database "${filling}" template template0`);
    await fill(urlOf(filling));
    await client.query(`alter database "${filling}" rename to "${name}"`);
  }
  await client.query('select pg_advisory_unlock(hashtext($1))', [name]);
}

async function asAdministrator(work: (client: Client) => Promise<void>) {
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  return `${inject('postgresServer')}/${database}`;
}
