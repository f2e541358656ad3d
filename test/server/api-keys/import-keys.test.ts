import { expect, test } from 'vitest';
import { ulid } from '../../../core/mod.ts';
import { importKeys } from '../../../server/api-keys/import-keys.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { KeyImport } from '../../../server/database/entities/key-import.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { importApiKeys } from '../../../server/operations/api-keys/import.ts';
import { forgetUnqueuedLines } from '../../../server/queue/forget-content.ts';
import { body } from '../../support/issued-keys.ts';
import { type DatabaseKind, onBothDatabases } from '../../support/server.ts';
import { heldBefore, importLines, startOperatorJobs } from '../queue/operator-jobs.ts';

const as = 'parent-admin';

/** An import that is queued for the organization of the demo's admin. */
async function startImport(kind: DatabaseKind, count: number) {
  const it = await startOperatorJobs(kind);
  const session = await body<{ organization: { id: string } }>(
    await it.server.fetch('/api/v1/settings/session', { as }),
  );
  const org = session.organization.id;
  const items = importLines(count, org);
  const queue = async () => {
    const { jobIds } = importApiKeys.output.parse(await it.ask(importApiKeys, { items }));
    return jobIds[0] ?? '';
  };
  return Object.assign(it, {
    org,
    queue,
    id: await queue(),
    imported: () => it.database.read().count(ApiKey, { imported: true }),
    waiting: () => it.database.read().count(KeyImport),
  });
}

onBothDatabases((kind) => {
  test('importKeys() shows its organization how far it is, batch by batch', async () => {
    await using it = await startImport(kind, 450);
    const poll = async () => body(await it.server.fetch(`/api/v1/settings/jobs/${it.id}`, { as }));
    const queued = { type: 'key_import', status: 'queued', progress: 0, total: 450 };
    expect(await poll()).toMatchObject(queued);
    const { held, reached, goOn } = heldBefore(3, importKeys(it.services));
    await using worker = it.worker('key_import', held);
    await reached;
    expect(await poll()).toMatchObject({ status: 'running', progress: 400 });
    goOn();
    await worker.idle();
    const result = { imported: 450, existing: 0 };
    expect(await poll()).toMatchObject({ status: 'completed', progress: 450, result });
    expect(await it.imported()).toBe(450);
    expect(await it.waiting()).toBe(0);
  });

  test('importKeys() goes on where another worker stopped, and the two write no key twice', async () => {
    await using it = await startImport(kind, 450);
    const { held, reached, goOn } = heldBefore(2, importKeys(it.services));
    await using lost = it.worker('key_import', held);
    await reached;
    expect(await it.imported()).toBe(200);
    it.clock.advance(60_000);
    await using next = it.worker('key_import', importKeys(it.services));
    await next.idle();
    const result = { imported: 450, existing: 0 };
    expect(await it.job(it.id)).toMatchObject({ status: 'completed', progress: 450, result });
    // The first was only slow.
    goOn();
    await lost.idle();
    expect(await it.imported()).toBe(450);
    expect(await it.job(it.id)).toMatchObject({ status: 'completed', progress: 450, result });
  });

  test('importKeys() that is cancelled ends between two batches; the file completes it', async () => {
    await using it = await startImport(kind, 450);
    const { held, reached, goOn } = heldBefore(2, importKeys(it.services));
    await using worker = it.worker('key_import', held);
    await reached;
    const path = `/api/v1/settings/jobs/${it.id}/cancel`;
    expect((await it.server.fetch(path, { as, json: {} })).status).toBe(200);
    goOn();
    await worker.idle();
    expect(await it.job(it.id)).toMatchObject({ status: 'cancelled', progress: 200 });
    expect([await it.imported(), await it.waiting()]).toEqual([200, 0]);

    const again = await it.queue();
    await using next = it.worker('key_import', importKeys(it.services));
    await next.idle();
    const result = { imported: 250, existing: 200 };
    expect(await it.job(again)).toMatchObject({ status: 'completed', result });
    expect(await it.imported()).toBe(450);
  });

  test('importApiKeys lays a file down in short transactions, and queues it in the last', async () => {
    await using it = await startOperatorJobs(kind);
    const { database } = it.services;
    const { transaction } = database;
    const waiting = () => database.read().count(KeyImport);
    const laidDown: number[] = [];
    Object.assign(database, {
      transaction: async (work: Parameters<typeof transaction>[0]) => {
        const before = await waiting();
        const result = await transaction(work);
        laidDown.push((await waiting()) - before);
        return result;
      },
    });
    await it.ask(importApiKeys, { items: importLines(450, 'org_demo_acme') });
    expect(laidDown).toEqual([200, 200, 50, 0]);
  });

  test('forgetUnqueuedLines() drops what an import that died laid down, and nothing else', async () => {
    await using it = await startImport(kind, 3);
    const [line] = await it.database.read().find(KeyImport, { jobId: it.id });
    const left = (age: number) => `job_${ulid(it.clock.now() - age)}`;
    const ids = [left(25 * 3_600_000), left(60_000)];
    await it.database.transaction(async (em) => {
      for (const jobId of ids) await em.insert(KeyImport, { ...(line as KeyImport), jobId });
    });
    await forgetUnqueuedLines(it.database, it.clock.now());
    const kept = await it.database.read().find(KeyImport, {});
    expect(new Set(kept.map(({ jobId }) => jobId))).toEqual(new Set([it.id, ids[1]]));
    // A job that is queued keeps its lines, however long it waits.
    await forgetUnqueuedLines(it.database, it.clock.now() + 48 * 3_600_000);
    expect(await it.waiting()).toBe(3);
  });

  test('importKeys() stops at an organization that is gone, and names the line', async () => {
    await using it = await startImport(kind, 450);
    const { held, reached, goOn } = heldBefore(2, importKeys(it.services));
    await using worker = it.worker('key_import', held);
    await reached;
    await it.database.transaction((em) =>
      em.nativeUpdate(Organization, { id: it.org }, { deletedAt: new Date(it.clock.now()) }),
    );
    goOn();
    await worker.idle();
    expect(await it.job(it.id)).toMatchObject({
      status: 'failed',
      progress: 200,
      errorMessage: 'line 201: org: not a parent organization',
    });
    expect([await it.imported(), await it.waiting()]).toEqual([200, 0]);
  });
});

test('importKeys() lets requests in between its batches, where one never leaves its turn of the event loop', async () => {
  await using it = await startImport('sqlite', 450);
  const seen = new Set<number>();
  let isEnded = false;
  const look = async () => {
    while (!isEnded) {
      seen.add(await it.imported());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const looking = look();
  await using worker = it.worker('key_import', importKeys(it.services));
  await worker.idle();
  isEnded = true;
  await looking;
  expect([...seen]).toEqual(expect.arrayContaining([200, 400]));
});
