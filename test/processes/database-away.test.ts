import { expect, test } from 'vitest';
import { startPostgres } from '../support/postgres-process.ts';
import { administrator, deploy, longestRevocation, type Node, slack } from './deployment.ts';

const timeout = 180_000;

test('while the database is away nothing is accepted beyond the lease; then all is right again', {
  timeout,
}, async () => {
  await using postgres = await startPostgres();
  await using deployment = await deploy(`${postgres.url}/postgres`, 2);
  const { nodes } = deployment;
  const [kept, taken] = await deployment.issue(2);
  if (kept === undefined || taken === undefined) throw new Error('no keys');
  for (const { key } of [kept, taken]) {
    for (const node of nodes) expect(await node.ask('verify', key)).toBe(200);
  }

  await postgres.stop();
  for (const node of nodes) {
    await node.ask('verifyUntil', { key: kept.key, status: 503 });
    // Once refused, refused until the database is back: no lease comes from nowhere.
    for (let n = 0; n < 20; n++) expect(await node.ask('verify', taken.key)).toBe(503);
  }

  await postgres.start();
  for (const node of nodes) await node.ask('verifyUntil', { key: kept.key, status: 200 });
  await deployment.revoke(taken.id);
  for (const node of nodes) {
    expect(await node.ask('verify', taken.key)).toBe(401);
    expect(await node.ask('verify', kept.key)).toBe(200);
  }
});

test('a revocation answers truly when the database goes away between its commit and its answer', {
  timeout,
}, async () => {
  await using postgres = await startPostgres();
  const url = `${postgres.url}/postgres`;
  await using deployment = await deploy(url, 1);
  const [node] = deployment.nodes as [Node];
  const [revoked] = await deployment.issue(1);
  if (revoked === undefined) throw new Error('no key');
  for (let n = 0; n < 3; n++) expect(await node.ask('verify', revoked.key)).toBe(200);

  // A process that cannot acknowledge keeps the answer waiting after the commit.
  node.signal('SIGSTOP');
  const revocation = deployment.revoke(revoked.id);
  await untilCommitted(url, revoked.id);
  await postgres.stop();
  const { took } = await revocation;
  expect(took).toBeLessThan(longestRevocation + slack);

  const waiting = node.ask('verify', revoked.key);
  node.signal('SIGCONT');
  expect(await waiting).toBe(503);
  await postgres.start();
  await node.ask('verifyUntil', { key: revoked.key, status: 401 });
});

async function untilCommitted(url: string, id: string): Promise<void> {
  await using admin = await administrator(url);
  const look = () =>
    admin.rows('select from api_key where id = $1 and revoked_at is not null', [id]);
  while ((await look()).length === 0);
}
