import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateKey, maskKey, secureRandom } from '../../../core/mod.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { keepFormerSecret } from '../../../server/database/former-secrets.ts';
import { importApiKeys } from '../../../server/operations/api-keys/import.ts';
import { issueKey, revokeKey } from '../../support/issued-keys.ts';
import { processKnowing, testKeyring } from '../../support/keyring.ts';
import { onBothDatabases } from '../../support/server.ts';
import { record, startRestored } from './restored.ts';

const acme = 'org_demo_acme';
const settings = '/api/v1/settings';
const as = 'parent-admin';

// With a checksum: it is looked up whether or not a cache knows of imports.
const raws = Array.from(
  { length: 4 },
  () => generateKey({ environment: 'live', random: secureRandom }).key,
);
const raw = (n: number) => raws[n] ?? '';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const line = (n: number, more: object = {}) => ({
  ...{ hashSha256: sha256(raw(n)), label: `Legacy ${n}`, org: acme },
  ...more,
});

type Restored = Awaited<ReturnType<typeof startRestored>>;

async function statusOf({ server }: Restored, key: string) {
  await server.propagated();
  return (await server.fetch('/api/v1/key', { as: key })).status;
}

/** The key that an import wrote for a line. */
const keyOf = ({ database }: Restored, n: number) =>
  database.read().findOneOrFail(ApiKey, { label: `Legacy ${n}` });

async function importFile({ ask }: Restored, ...items: object[]) {
  return importApiKeys.output.parse(await ask(importApiKeys, { items })).jobIds;
}

/** The refusal of an import of a revoked secret. */
const known = (...indices: number[]) => ({
  errors: indices.map((index) => ({ path: ['items', index, 'hashSha256'] })),
});

onBothDatabases((kind) => {
  test('no import gives back a secret that a lost history had imported and revoked', async () => {
    await using it = await startRestored(kind);
    const { server } = it;
    const ofSubOrg = await issueKey(server, { sub_org_id: 1 });
    const early = await it.backup();
    await importFile(it, line(1), line(2), line(3, { subOrgId: 1 }));
    const created = await issueKey(server);
    const rotate = `${settings}/api-keys/${ofSubOrg.id}/rotate`;
    const rotated = await server.fetch(rotate, { as, json: {} });
    const { raw_key: next } = (await rotated.json()) as { raw_key: string };
    await it.work();
    await revokeKey(server, (await keyOf(it, 1)).id);
    await revokeKey(server, created.id);
    await server.fetch(`${settings}/sub-orgs/1/archive`, { as, json: {} });
    let journal = await it.journal();
    for (const _ of ['the first', 'a second']) {
      await early.restore();
      await it.accept(journal);
      journal = await it.journal();
      // The one of the sub-organization too, wherever it is imported to.
      const ours = [created.raw, next].map((each) => ({
        ...{ hashSha256: sha256(each), label: 'Ours', org: acme },
      }));
      await expect(importFile(it, line(1), line(3), ...ours, line(2))).rejects.toMatchObject(
        known(0, 1, 2, 3),
      );
      await importFile(it, line(2));
      await it.work();
      expect(await statusOf(it, raw(2))).toBe(200);
    }
  });

  test('a secret stays revoked when the SERVER_SECRET that it was imported under is gone', async () => {
    await using it = await startRestored(kind);
    const early = await it.backup();
    await importFile(it, line(1));
    await it.work();
    await revokeKey(it.server, (await keyOf(it, 1)).id);
    const journal = await it.journal();
    await early.restore();
    await it.accept(journal);
    const next = await processKnowing(it.server.databaseUrl, new Uint8Array(32).fill(9), null);
    await using database = next.database;
    // The previous secret is gone: only its pepper is kept.
    await database.transaction((em) =>
      keepFormerSecret(em, it.services.encryption, testKeyring.current(), next.keyring.current()),
    );
    Object.assign(it.services, { schemes: next.schemes, encryption: next.encryption });
    await expect(importFile(it, line(1))).rejects.toMatchObject(known(0));
  });

  test('a file that was imported again since the restore loses what the lost history had revoked', async () => {
    await using it = await startRestored(kind);
    const { server } = it;
    const early = await it.backup();
    await importFile(it, line(1), line(2));
    await it.work();
    await revokeKey(server, (await keyOf(it, 1)).id);
    const journal = await it.journal();
    await early.restore();
    await importFile(it, line(1), line(2));
    await it.work();
    expect(await statusOf(it, raw(1))).toBe(200);
    expect(await it.accept(journal)).toMatchObject({ revokedKeys: 1 });
    expect([await statusOf(it, raw(1)), await statusOf(it, raw(2))]).toEqual([401, 200]);
  });

  test('an import that was cancelled since the restore gives no revoked secret back when it comes again', async () => {
    await using it = await startRestored(kind);
    const [job = ''] = await importFile(it, line(1));
    const early = await it.backup();
    await it.work();
    await revokeKey(it.server, (await keyOf(it, 1)).id);
    const journal = await it.journal();
    await early.restore();
    const path = `${settings}/jobs/${job}/cancel`;
    expect((await it.server.fetch(path, { as, json: {} })).ok).toBe(true);
    await it.accept(journal);
    await expect(importFile(it, line(1))).rejects.toMatchObject(known(0));
    await it.work();
    expect(await statusOf(it, raw(1))).toBe(401);
  });

  test('of two waiting imports of one file neither gives a revoked secret back, whichever comes first', async () => {
    await using it = await startRestored(kind);
    const { database } = it;
    await importFile(it, line(1), line(2));
    await importFile(it, line(1), line(2));
    const early = await it.backup();
    await it.work();
    const { id } = await keyOf(it, 1);
    await revokeKey(it.server, id);
    const written = { action: 'apiKeys.import', target: id };
    const { changes } = await database.read().findOneOrFail(AuditEvent, written);
    const journal = await it.journal();
    await early.restore();
    await it.accept(journal);
    // The job that had written the key comes last.
    const task = [changes?.jobId];
    await database.read().execute("update task set type = 'held' where id = ?", task);
    await it.work();
    await database.read().execute("update task set type = 'key_import' where id = ?", task);
    await it.work();
    const jobs = await database.read().find(Job, { type: 'key_import' });
    expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect([await statusOf(it, raw(1)), await statusOf(it, raw(2))]).toEqual([401, 200]);
  });

  test('a line whose key was revoked while it waited gives nothing back, and its import goes on', async () => {
    await using it = await startRestored(kind);
    await importFile(it, line(1));
    await it.work();
    const [job = ''] = await importFile(it, line(1), line(2));
    await revokeKey(it.server, (await keyOf(it, 1)).id);
    await it.work();
    expect(await it.job(job)).toMatchObject({
      ...{ status: 'completed', result: { imported: 1, revoked: 0, existing: 1, refused: 0 } },
    });
    expect([await statusOf(it, raw(1)), await statusOf(it, raw(2))]).toEqual([401, 200]);
  });

  test('an import goes on where one of its sub-organizations was archived in the lost history', async () => {
    await using it = await startRestored(kind);
    const { server } = it;
    const [job = ''] = await importFile(it, line(1, { subOrgId: 1 }), line(2));
    const early = await it.backup();
    await it.work();
    expect((await server.fetch(`${settings}/sub-orgs/1/archive`, { as, json: {} })).ok).toBe(true);
    const journal = await it.journal();
    await early.restore();
    expect(await it.accept(journal)).toMatchObject({ waitingRevoked: 1 });
    await it.work();
    expect(await it.job(job)).toMatchObject({
      ...{ status: 'completed', result: { imported: 1, revoked: 1, existing: 0, refused: 0 } },
    });
    expect(await keyOf(it, 1)).toMatchObject({ revokedReason: 'sub-organization archived' });
    expect([await statusOf(it, raw(1)), await statusOf(it, raw(2))]).toEqual([401, 200]);
  });

  test.each([
    ['a fingerprint', true],
    ['a preview only, as before this version', false],
  ])(
    'a leak of a retiring secret revokes the key that has it as its current one, by %s',
    async (_, isNew) => {
      await using it = await startRestored(kind);
      const { server } = it;
      const [key, other] = [await issueKey(server), await issueKey(server)];
      const early = await it.backup();
      const path = `${settings}/api-keys/${key.id}/rotate`;
      expect((await server.fetch(path, { as, json: { grace_seconds: 3600 } })).ok).toBe(true);
      if (isNew) await server.fetch('/api/v1/leaks/report', { json: { token: key.raw } });
      else {
        const changes = { secret: 'retiring', action: 'grace ended', preview: maskKey(key.raw) };
        const deed = { action: 'leaks.report', orgId: acme, target: key.id };
        await record(it, { ...deed, changes: { ...changes, places: [] } });
      }
      let journal = await it.journal();
      for (const _ of ['the first', 'a second']) {
        await early.restore();
        expect(await statusOf(it, key.raw)).toBe(200);
        expect(await it.accept(journal)).toMatchObject({ revokedKeys: 1 });
        journal = await it.journal();
        const present = await it.database.read().findOneOrFail(ApiKey, { id: key.id });
        expect(present.revokedReason).toBe('leaked');
        expect([await statusOf(it, key.raw), await statusOf(it, other.raw)]).toEqual([401, 200]);
      }
    },
  );

  test('a leak of a secret that is retiring here too ends its grace, and no more', async () => {
    await using it = await startRestored(kind);
    const { server } = it;
    const key = await issueKey(server);
    const path = `${settings}/api-keys/${key.id}/rotate`;
    const rotated = await server.fetch(path, { as, json: { grace_seconds: 3600 } });
    const { raw_key: next } = (await rotated.json()) as { raw_key: string };
    const early = await it.backup();
    await server.fetch('/api/v1/leaks/report', { json: { token: key.raw } });
    const journal = await it.journal();
    await early.restore();
    expect(await it.accept(journal)).toMatchObject({ revokedKeys: 0, lost: [] });
    expect([await statusOf(it, key.raw), await statusOf(it, next)]).toEqual([401, 200]);
  });
});
