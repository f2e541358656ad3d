import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { createKeyring, type Keyring, UnknownSecret } from '../../../server/crypto/keyring.ts';
import { awaitPropagation, joinCoherence } from '../../../server/database/coherence.ts';
import { openCoherentStore } from '../../../server/database/coherent-store.ts';
import { assertNothingLeft } from '../../../server/database/left-secrets.ts';
import { followSecretInUse } from '../../../server/database/secret-in-use.ts';
import { execute } from '../../../server/operations/execute.ts';
import { changeSecret } from '../../../server/operations/secrets/change.ts';
import { secretStatus } from '../../../server/operations/secrets/status.ts';
import { createServices } from '../../../server/services.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { testSecret } from '../../support/keyring.ts';
import { onBothDatabases, type RunningServer, startServerOn } from '../../support/server.ts';

const [second, third] = [8, 9].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
];

/** The operator's command with these secrets. */
async function operator(server: RunningServer, keyring: Keyring) {
  const database = await openAuditedDatabase(server.databaseUrl, { keyring });
  await followSecretInUse(database, keyring);
  const { port, timing } = database.leases();
  const services = createServices({
    anthropic: { baseUrl: 'http://127.0.0.1:1', model: 'none' },
    ...{ database, keyring, logger: server.services.logger, uploads: '' },
    propagated: async () => void (await awaitPropagation(port, timing)),
    isRestored: async () => false,
  });
  const caller = { kind: 'operator', organizationId: null } as const;
  const request = { caller, origin: { requestId: null, ipAddress: null } };
  return {
    database,
    change: () => execute(changeSecret, services, request, () => ({})),
    status: () => execute(secretStatus, services, request, () => ({})),
    async [Symbol.asyncDispose]() {
      await port[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

onBothDatabases((kind) => {
  test('a process that does not know the secret in use verifies and writes nothing, and says so', async () => {
    await using server = await startServerOn(kind);
    await issueKey(server);
    const old = createKeyring(testSecret, null);
    await using database = await openAuditedDatabase(server.databaseUrl, { keyring: old });
    await followSecretInUse(database, old);
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    await using coherence = await joinCoherence({ ...database.leases(), onError });
    const store = await openCoherentStore({ database, coherence, keyring: old, onError });
    expect(await store.find('none')).toBeNull();

    // Changed directly in the database, as while the process was stopped.
    const next = createKeyring(second, testSecret);
    const name = next.accepted[0]?.name ?? '';
    await server.database.read().execute('update secret_in_use set name = ?', [name]);
    await coherence.propagated();
    await expect.poll(() => old.isKnown()).toBe(false);
    expect(() => store.find('none')).toThrow(UnknownSecret);
    expect(() => old.scheme.id).toThrow(UnknownSecret);
    expect(errors).toMatchObject([{ name: 'ConfigError' }]);

    // A process that does not know of it yet cannot write to the audit log either.
    await expect(issueKey(server)).rejects.toThrow();
    const answer = await server.fetch('/api/v1/settings/api-keys', {
      as: 'parent-admin',
      json: { label: 'CI' },
    });
    expect(answer.status).toBe(503);
  });

  test('secrets.change strikes off processes that are gone, and refuses while one that is there knows one secret', async () => {
    await using server = await startServerOn(kind);
    await issueKey(server);
    const keyring = createKeyring(second, testSecret);
    await using cli = await operator(server, keyring);
    const old = createKeyring(testSecret, null);
    await using database = await openAuditedDatabase(server.databaseUrl, { keyring: old });
    const onError = () => {};
    {
      await using _there = await joinCoherence({ ...database.leases(), onError });
      await expect(cli.change()).rejects.toThrow(/^1 of 1 processes do not know the new secret/);
    }
    await server.database
      .read()
      .execute("insert into holder (id, acknowledged, mark) select 'dead', n, 'none' from epoch");
    expect(await cli.change()).toEqual({ inUse: keyring.accepted[0]?.name });
    const log = await cli.database.auditLog.verify(cli.database.read(), null);
    expect(log.fault).toBeNull();
    expect((await cli.status()).auditLog).toBe('current');
  });

  test('neither a start nor a second change goes on while keys need the secret before last', async () => {
    await using server = await startServerOn(kind);
    await issueKey(server);
    {
      await using first = await operator(server, createKeyring(second, testSecret));
      await first.change();
    }
    const onlyNew = createKeyring(second, null);
    const em = server.database.read();
    await expect(assertNothingLeft(em, onlyNew, new Date())).rejects.toThrow(
      /^SERVER_SECRET is not the one that 1 API key secrets and 0 service accounts .* are stored under: /,
    );
    await using again = await operator(server, createKeyring(third, second));
    await expect(again.change()).rejects.toThrow(/ 1 API key secrets and 0 service accounts /);
    await em.execute('update api_key set revoked_at = ?', [new Date()]);
    await assertNothingLeft(em, onlyNew, new Date());
    expect((await again.change()).inUse).toMatch(/^[0-9a-f]{8}$/);
  });
});
