import { expect, test } from 'vitest';
import { postgresqlTiming } from '../../server/database/leases/ports.ts';
import { postgresDatabase } from '../support/postgres.ts';
import {
  acceptedLate,
  administrator,
  deploy,
  longestRevocation,
  type Node,
  slack,
} from './deployment.ts';
import { silentProxy } from './silent-proxy.ts';

const timeout = 120_000;

test('a process stopped while a key is revoked refuses it when it goes on', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using deployment = await deploy(place.url, 2);
  const [stopped, other] = deployment.nodes as [Node, Node];
  const issued = await deployment.issue(2);
  const [{ id, key }] = issued as [{ id: string; key: string }];
  for (const node of deployment.nodes) await warmUp(node, key);
  // Stopped in the middle of its work, with one more request waiting.
  await stopped.ask(
    'watch',
    issued.map((each) => each.key),
  );

  stopped.signal('SIGSTOP');
  const { answered, took } = await deployment.revoke(id);
  expect(took).toBeGreaterThan(postgresqlTiming.length);
  expect(took).toBeLessThan(longestRevocation + slack);
  expect(await other.ask('verify', key)).toBe(401);

  const waiting = stopped.ask('verify', key);
  stopped.signal('SIGCONT');
  expect(await waiting).toBe(401);
  expect(await acceptedLate(stopped, [answered])).toMatchObject({ late: 0 });
});

test('a process that was killed delays one revocation by a lease at most, and the next not at all', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using deployment = await deploy(place.url, 2);
  const [killed, other] = deployment.nodes as [Node, Node];
  const [first, second] = await deployment.issue(2);
  if (first === undefined || second === undefined) throw new Error('no keys');

  await killed.kill();
  const delayed = await deployment.revoke(first.id);
  expect(delayed.took).toBeGreaterThan(postgresqlTiming.length);
  expect(delayed.took).toBeLessThan(longestRevocation + slack);
  const next = await deployment.revoke(second.id);
  expect(next.took).toBeLessThan(postgresqlTiming.length);

  for (const { key } of [first, second]) expect(await other.ask('verify', key)).toBe(401);
});

test('a process whose listening connection was cut refuses what is revoked meanwhile', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using deployment = await deploy(place.url, 0);
  await using admin = await administrator(place.url);
  const databaseListenUrl = `${place.url}?application_name=listener`;
  const node = await deployment.join({ databaseListenUrl });
  const issued = await deployment.issue(10);

  for (const { id, key } of issued) {
    await warmUp(node, key);
    await node.ask('watch', [key]);
    // It may be between two attempts still, from the round before.
    let cut = 0;
    while (cut === 0) cut = await cutListener(admin);
    const { answered, took } = await deployment.revoke(id);
    expect(took).toBeLessThan(longestRevocation + slack);
    expect(await node.ask('verify', key)).toBe(401);
    expect(await acceptedLate(node, [answered])).toMatchObject({ late: 0 });
  }
});

test('a process whose network falls silent refuses, and judges rightly when it is back', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using deployment = await deploy(place.url, 1);
  await using proxy = await silentProxy(place.url);
  const node = await deployment.join({ databaseUrl: proxy.url });
  const [revoked] = await deployment.issue(1);
  if (revoked === undefined) throw new Error('no key');
  await warmUp(node, revoked.key);
  await node.ask('watch', [revoked.key]);

  proxy.fallSilent();
  const { answered, took } = await deployment.revoke(revoked.id);
  expect(took).toBeGreaterThan(postgresqlTiming.length);
  expect(took).toBeLessThan(longestRevocation + slack);
  expect(await node.ask('verify', revoked.key)).toBe(503);
  expect(await acceptedLate(node, [answered])).toMatchObject({ late: 0 });

  proxy.resume();
  await node.ask('verifyUntil', { key: revoked.key, status: 401 });
});

async function warmUp(node: Node, key: string): Promise<void> {
  for (let n = 0; n < 3; n++) expect(await node.ask('verify', key)).toBe(200);
}

async function cutListener(admin: Awaited<ReturnType<typeof administrator>>): Promise<number> {
  const rows = await admin.rows(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity
     where application_name = 'listener' and datname = current_database()`,
  );
  return rows.length;
}
