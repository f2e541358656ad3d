import { Client } from 'pg';
import { expect, test } from 'vitest';
import type { DatabaseTemplate } from './database-template.ts';
import { postgresDatabase } from './postgres.ts';

test('postgresDatabase() is a PostgreSQL 18', async () => {
  await using database = await postgresDatabase();
  const [row] = await query(database.url, 'show server_version_num');
  expect(Number(row?.server_version_num)).toBeGreaterThanOrEqual(180_000);
});

test('postgresDatabase() is separate from every other one, and gone at the end', async () => {
  let url: string;
  {
    await using one = await postgresDatabase();
    await using other = await postgresDatabase();
    url = one.url;
    await query(one.url, 'create table only_here (id int)');
    await expect(query(other.url, 'select * from only_here')).rejects.toThrow('does not exist');
  }
  await expect(query(url, 'select 1')).rejects.toThrow('does not exist');
});

test('postgresDatabase() fills a template once, also for callers at the same time', async () => {
  let filled = 0;
  const template: DatabaseTemplate = {
    name: 'support_template',
    fill: async (url) => {
      filled += 1;
      await query(url, 'create table seed as select 42 as answer');
    },
  };
  await using one = await postgresDatabase(template);
  const [other, another] = await Promise.all([
    postgresDatabase(template),
    postgresDatabase(template),
  ]);
  for (const database of [one, other, another]) {
    expect(await query(database.url, 'select answer from seed')).toEqual([{ answer: 42 }]);
  }
  await other[Symbol.asyncDispose]();
  await another[Symbol.asyncDispose]();
  expect(filled).toBe(1);
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
