import { expect, test } from 'vitest';
import { secureRandom } from '../../../core/mod.ts';
import { importKeys } from '../../../server/api-keys/import-keys.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { importApiKeys } from '../../../server/operations/api-keys/import.ts';
import { jobHandler } from '../../../server/queue/job-handler.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { processKnowing, testSecret } from '../../support/keyring.ts';
import { onBothDatabases } from '../../support/server.ts';
import { importLines, startOperatorJobs } from '../queue/operator-jobs.ts';

const next = new Uint8Array(32).fill(9);

onBothDatabases((kind) => {
  test('keys that were queued under one secret and are written under another work', async () => {
    await using it = await startOperatorJobs(kind);
    const items = importLines(3, 'org_demo_acme');
    await it.ask(importApiKeys, { items });
    const changing = await processKnowing(it.server.databaseUrl, next, testSecret);
    await using database = changing.database;
    const { now } = it.clock;
    const run = importKeys({ ...changing, random: secureRandom, now });
    await using worker = startWorker({
      ...{ database, logger: it.services.logger, now, timer: () => () => {} },
      handlers: { key_import: jobHandler({ database, now }, run) },
    });
    await worker.idle();
    const secrets = await database.read().find(ApiKeySecret, { legacy: true });
    const expected = items.map(({ hashSha256 }) => changing.scheme.lookup(hashSha256));
    expect(secrets.map(({ lookup }) => lookup).sort()).toEqual(expected.sort());
    for (const { keyId, lookup, seal, scheme } of secrets) {
      expect(scheme).toBe(changing.scheme.id);
      expect(seal).toBe(changing.scheme.seal(keyId, 'org_demo_acme', lookup));
    }
    expect(changing.forged).toEqual([]);

    // The file again, to a process that does not know the new secret in use yet.
    const old = await processKnowing(it.server.databaseUrl, testSecret, next);
    await using _old = old.database;
    Object.assign(it.services, { schemes: old.schemes });
    const { jobIds } = importApiKeys.output.parse(await it.ask(importApiKeys, { items }));
    await worker.idle();
    worker.wake();
    await worker.idle();
    expect(await it.job(jobIds[0] ?? '')).toMatchObject({ result: { imported: 0, existing: 3 } });
    // To another organization's: as if they were its own under the other secret.
    const theirs = items.map((item) => ({ ...item, org: 'org_demo_globex' }));
    await expect(it.ask(importApiKeys, { items: theirs })).rejects.toThrow();
  });
});

// SQLite has one writing handle to a process.
test('of two processes under two secrets that write the same hash for two organizations, one does', async () => {
  await using it = await startOperatorJobs('postgresql');
  for (const org of ['org_demo_acme', 'org_demo_globex']) {
    await it.ask(importApiKeys, { items: importLines(200, org) });
  }
  const processes = [
    await processKnowing(it.server.databaseUrl, next, testSecret),
    await processKnowing(it.server.databaseUrl, testSecret, next),
  ];
  await using resources = new AsyncDisposableStack();
  for (const { database } of processes) resources.use(database);
  const { now } = it.clock;
  const workers = processes.map((each) => {
    const { database } = each;
    const run = importKeys({ ...each, random: secureRandom, now });
    return resources.use(
      startWorker({
        ...{ database, logger: it.services.logger, now, timer: () => () => {}, concurrency: 1 },
        handlers: { key_import: jobHandler({ database, now }, run) },
      }),
    );
  });
  await Promise.all(workers.map((worker) => worker.idle()));
  const owners = await it.database.read().find(ApiKey, { imported: true });
  expect(new Set(owners.map(({ orgId }) => orgId)).size).toBe(1);
  expect(owners.length).toBe(200);
});
