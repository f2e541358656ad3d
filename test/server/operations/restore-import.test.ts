import { expect, test } from 'vitest';
import { importKeys } from '../../../server/api-keys/import-keys.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { importApiKeys } from '../../../server/operations/api-keys/import.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { type DatabaseKind, onBothDatabases } from '../../support/server.ts';
import { importLines } from '../queue/operator-jobs.ts';
import { startRestored } from './restored.ts';

const keysPath = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const all = 'all keys revoked';

/**
 * Two imports that were queued before a backup. In the history that is lost the first was written, one
 * of its keys revoked, and then every key of the organization; the second was still waiting.
 */
async function startLost(kind: DatabaseKind) {
  const it = await startRestored(kind);
  const { server, database } = it;
  const items = importLines(5, 'org_demo_acme');
  await it.ask(importApiKeys, { items: items.slice(0, 3) });
  const { jobIds } = importApiKeys.output.parse(
    await it.ask(importApiKeys, { items: items.slice(3) }),
  );
  const early = await it.backup();
  await database.read().execute('delete from task where id = ?', jobIds);
  await it.work();
  const [first] = await database.read().find(ApiKey, { label: 'Key 0' });
  const revoked = await server.fetch(`${keysPath}/${first?.id}?reason=lost`, {
    ...{ as, method: 'DELETE' },
  });
  expect(revoked.status).toBe(204);
  const rest = await server.fetch(`${keysPath}/revoke-all`, { as, json: { confirm: 2 } });
  expect(rest.status).toBe(200);
  const journal = await it.journal();
  await early.restore();
  return Object.assign(it, {
    ...{ items, lost: journal, early },
    async keys() {
      const keys = await database.read().find(ApiKey, {}, { orderBy: { label: 'asc' } });
      return keys.map(({ label, revokedAt, revokedReason }) => [
        ...[label, revokedAt == null ? 'live' : revokedReason],
      ]);
    },
  });
}

/** Revoked keys are revoked, all others are not. */
const imported = [
  ['Key 0', 'lost'],
  ['Key 1', all],
  ['Key 2', all],
  ['Key 3', 'live'],
  ['Key 4', 'live'],
];

onBothDatabases((kind) => {
  test('keys of an import that both histories wrote are revoked as in the lost one', async () => {
    await using it = await startLost(kind);
    await it.work();
    await issueKey(it.server, { label: 'Since' });
    const between = await it.backup();
    await it.accept(it.lost);
    const right = [...imported, ['Since', 'live']];
    expect(await it.keys()).toEqual(right);
    // Where only the acceptance is lost, the log alone tells the two apart.
    const second = await it.journal();
    await between.restore();
    expect((await it.keys()).map(([, state]) => state)).toEqual(Array(6).fill('live'));
    await it.accept(second);
    expect(await it.keys()).toEqual(right);
  });

  test('an import that waits while a restore is accepted writes what was revoked as revoked', async () => {
    await using it = await startLost(kind);
    let journal = it.lost;
    for (const _ of ['the first', 'a second']) {
      await it.early.restore();
      await it.accept(journal);
      expect(await it.keys()).toEqual([]);
      // From now on the log of the acceptance has it.
      journal = await it.journal();
      await it.work();
      expect(await it.keys()).toEqual(imported);
      // The secret stays known: the same file does not give it back.
      await expect(it.ask(importApiKeys, { items: it.items })).rejects.toMatchObject({
        errors: [0, 1, 2].map((index) => ({ path: ['items', index, 'hashSha256'] })),
      });
    }
  });
});

test('accepting a restore waits for an import that is writing its keys, on postgresql', async () => {
  await using it = await startLost('postgresql');
  const written = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const run = importKeys(it.services);
  await using worker = it.worker('key_import', (job, context) =>
    run(job, {
      ...context,
      step: (work) =>
        context.step(async (em, record) => {
          const values = await work(em, record);
          written.resolve();
          await goOn.promise;
          return values;
        }),
    }),
  );
  await written.promise;
  let isOver = false;
  const accepted = it.accept(it.lost).finally(() => {
    isOver = true;
  });
  const isWaiting = async () =>
    (await it.database.read().execute('select 1 from pg_locks where not granted')).length > 0;
  await expect.poll(async () => isOver || (await isWaiting())).toBe(true);
  goOn.resolve();
  await accepted;
  await worker.idle();
  expect(await it.keys()).toEqual(imported);
});
