import pg from 'pg';
import { expect, test } from 'vitest';
import { postgresDatabase } from '../support/postgres.ts';
import { acceptedLate, administrator, deploy } from './deployment.ts';

const revocations = Number(process.env.FORGED_REVOCATIONS ?? 100);

/** A role that may connect, and nothing else. */
async function stranger(url: string, admin: Awaited<ReturnType<typeof administrator>>) {
  const name = `stranger_${new URL(url).pathname.slice(1)}`;
  await admin.rows(`create role ${name} login password 'stranger'`);
  const address = new URL(url);
  address.username = name;
  address.password = 'stranger';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  return {
    notify: (channel: string, said: object) =>
      client.query('select pg_notify($1, $2)', [channel, JSON.stringify(said)]),
    async [Symbol.asyncDispose]() {
      await client.end();
      await admin.rows(`drop role ${name}`);
    },
  };
}

test('who may only connect keeps no revoked key alive, whatever is announced around its revocation', {
  timeout: 300_000,
}, async () => {
  await using place = await postgresDatabase();
  await using deployment = await deploy(place.url, 2);
  await using admin = await administrator(place.url);
  await using forger = await stranger(place.url, admin);
  const issued = await deployment.issue(revocations);
  const keys = issued.map(({ key }) => key);
  for (const node of deployment.nodes) await node.ask('watch', keys);

  const answers: number[] = [];
  for (const [n, { id, key }] of issued.entries()) {
    const [present] = await admin.rows<{ n: number }>('select n::float8 as n from epoch');
    const holders = await admin.rows<{ id: string }>('select id from holder');
    const epoch = (present?.n ?? 0) + 1;
    let isAnswered = false;
    const forge = async () => {
      // Once, at another moment of the revocation each time; every ninth time without pause.
      for (let wait = n % 9; wait > 0; wait--) await admin.rows('select');
      do {
        await forger.notify('reporisk_epoch', { epoch, subjects: [`key/${id}`] });
        for (const holder of holders) {
          await forger.notify('reporisk_acknowledged', { id: holder.id, epoch });
        }
      } while (!isAnswered && n % 9 === 0);
    };
    const forged = forge();
    answers.push((await deployment.revoke(id)).answered);
    const statuses = await Promise.all(deployment.nodes.map((node) => node.ask('verify', key)));
    isAnswered = true;
    await forged;
    expect(statuses).toEqual([401, 401]);
  }

  for (const node of deployment.nodes) {
    const { late, hits } = await acceptedLate(node, answers);
    expect(late).toBe(0);
    expect(hits).toBeGreaterThan(revocations);
  }
});
