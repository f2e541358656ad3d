import { expect, test } from 'vitest';
import { createVerifier, generateKey, nobleHashing } from '../../../core/mod.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn, testScheme } from '../../support/server.ts';

const lookupOf = (raw: string) => testScheme.lookup(nobleHashing.sha256(raw));

onBothDatabases((kind) => {
  test('keys.find() sees nothing of a transaction before it is committed, and all of it then', async () => {
    await using server = await startServerOn(kind);
    const { database } = server;
    const { id, raw } = await issueKey(server);
    await database.transaction(async (em) => {
      await em.nativeUpdate(ApiKey, { id }, { revokedAt: new Date(0) });
      const found = await database.keys.find(lookupOf(raw));
      expect(found?.record.revokedAt).toBeNull();
    });
    const found = await database.keys.find(lookupOf(raw));
    expect(found?.record.revokedAt).toBe(0);
  });

  test('keys.find() sees nothing of a transaction that was rolled back', async () => {
    await using server = await startServerOn(kind);
    const { database } = server;
    const { id, raw } = await issueKey(server);
    const failed = database.transaction(async (em) => {
      await em.nativeUpdate(ApiKey, { id }, { disabled: true });
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    expect((await database.keys.find(lookupOf(raw)))?.record.disabled).toBe(false);
  });

  test('write access to the database alone mints no key and moves none', async () => {
    await using server = await startServerOn(kind);
    const { database } = server;
    const verifier = createVerifier({ store: database.keys, schemes: [testScheme] });
    const [own, other] = [await issueKey(server), await issueKey(server)];
    const gina = server.session({ user: 'gina', organization: 'org_demo_globex', role: 'admin' });
    const foreign = await issueKey(server, {}, gina);
    const refused = { ok: false, reason: 'seal', refusal: { status: 401 } };

    // To another key of the same organization, to another organization, a secret of one's own.
    await database.transaction((em) =>
      em.nativeUpdate(ApiKeySecret, { lookup: lookupOf(own.raw) }, { keyId: other.id }),
    );
    expect(await verifier.verify(own.raw)).toMatchObject(refused);
    await database.transaction((em) =>
      em.nativeUpdate(ApiKey, { id: foreign.id }, { orgId: 'org_demo_acme' }),
    );
    expect(await verifier.verify(foreign.raw)).toMatchObject(refused);
    const minted = generateKey().key;
    await database.transaction(async (em) => {
      const row = await em.findOneOrFail(ApiKeySecret, { lookup: lookupOf(other.raw) });
      await em.nativeUpdate(
        ApiKeySecret,
        { lookup: row.lookup },
        { lookup: nobleHashing.sha256(minted) },
      );
    });
    expect(await verifier.verify(minted)).toMatchObject({ ok: false, refusal: { status: 401 } });
  });

  test('the database holds lookup value, seal, prefix, first and last four of a secret, no more', async () => {
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    const row = await server.database.read().findOneOrFail(ApiKeySecret, { keyId: id });
    expect(row).toMatchObject({
      lookup: lookupOf(raw),
      seal: testScheme.seal(id, 'org_demo_acme', lookupOf(raw)),
      scheme: testScheme.id,
      prefix: 'rrk_live_',
      first4: raw.slice(9, 13),
      last4: raw.slice(-4),
    });
    expect(row.lookup).not.toBe(nobleHashing.sha256(raw));
  });
});
