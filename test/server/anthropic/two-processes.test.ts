import { expect, test } from 'vitest';
import { Job } from '../../../server/database/entities/job.ts';
import { startChild } from '../../processes/child-process.ts';
import { seededAt } from '../../support/server.ts';
import type { ScanWorkerCommands, ScanWorkerSettings } from './scan-worker.ts';
import { startScanning } from './scanning.ts';

test('two processes do each of 100 scans once, and those of one organization keep no other waiting', async () => {
  await using it = await startScanning('postgresql');
  const submitted = Array.from({ length: 100 }, (_, n) => `many-${n}`);
  for (const name of submitted) await it.submit(name);
  const gina = it.server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
  const json = { url: 'https://git.invalid/globex/one' };
  const { body } = await it.call('repos/analyze', json, undefined, gina);

  const settings: ScanWorkerSettings = {
    databaseUrl: it.server.databaseUrl,
    now: it.clock.now() + 1,
    waiting: '/acme/',
  };
  await using one = startChild<ScanWorkerCommands>('../server/anthropic/scan-worker.ts', settings);
  await using two = startChild<ScanWorkerCommands>('../server/anthropic/scan-worker.ts', settings);
  const poll = () => it.call(`jobs/${body.job_id}`, undefined, undefined, gina);
  await expect.poll(async () => (await poll()).body.status, { timeout: 20_000 }).toBe('completed');
  await Promise.all([one.ask('begun', null), two.ask('begun', null)]);
  const scanned = await Promise.all([one.ask('finish', null), two.ask('finish', null)]);
  const addresses = submitted.map((name) => `https://git.invalid/acme/${name}`);
  expect(scanned.flat().toSorted()).toEqual([...addresses, json.url].toSorted());
  const done = { status: 'completed', createdAt: { $gt: new Date(seededAt) } } as const;
  expect(await it.server.database.read().count(Job, done)).toBe(101);
});
