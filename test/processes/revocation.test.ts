import { describe, expect, test } from 'vitest';
import type { Place } from '../support/databases.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { sqliteDatabase } from '../support/sqlite.ts';
import { acceptedLate, deploy } from './deployment.ts';

const keys = 50;

const databases: [name: string, place: () => Promise<Place>, nodes: number][] = [
  ['PostgreSQL', () => postgresDatabase(), 2],
  ['one SQLite file', sqliteDatabase, 1],
];

describe.each(databases)('on %s', (_, place, nodeCount) => {
  test('no process accepts a key once its revocation was answered', {
    timeout: 120_000,
  }, async () => {
    await using where = await place();
    await using deployment = await deploy(where.url, nodeCount);
    const { nodes } = deployment;
    const issued = await deployment.issue(keys);
    for (const node of nodes) {
      for (const { key } of issued) expect(await node.ask('verify', key)).toBe(200);
      await node.ask(
        'watch',
        issued.map(({ key }) => key),
      );
    }

    const answers: number[] = [];
    for (const { id, key } of issued) {
      answers.push((await deployment.revoke(id)).answered);
      const statuses = await Promise.all(nodes.map((node) => node.ask('verify', key)));
      expect(statuses).toEqual(nodes.map(() => 401));
    }

    for (const node of nodes) {
      const { late, hits } = await acceptedLate(node, answers);
      expect(late).toBe(0);
      expect(hits).toBeGreaterThan(keys);
    }
  });
});
