import { expect, test } from 'vitest';
import { admit, openRemoteVerifier } from '../../../core/mod.ts';
import { verificationSecretOf } from '../../../server/database/verification-secret.ts';
import { openVerifier } from '../../../server/store.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { testSecret } from '../../support/keyring.ts';
import { demoDatabase, onBothDatabases, startServer, startServerOn } from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';
const extraScopes = ['billing:read', 'billing:charge=submit'] as const;

onBothDatabases((kind) => {
  test('a key has a scope of another service only by its name', async () => {
    await using server = await startServerOn(kind, { extraScopes, dialects: ['platform'] });
    const passes = async (raw: string, scope: string) =>
      (await server.fetch(`/auth/verify?scope=${scope}`, { as: raw })).status;
    const shown = async (raw: string) =>
      (await server.fetch('/auth/verify', { as: raw })).headers.get('x-reporisk-scopes');

    const named = await issueKey(server, { scopes: ['billing:read', 'repos:read'] });
    expect(await passes(named.raw, 'billing:read')).toBe(200);
    expect(await passes(named.raw, 'billing:charge')).toBe(403);
    expect(await shown(named.raw)).toBe('repos:read billing:read');
    for (const scopes of [null, ['admin:*']]) {
      const { raw } = await issueKey(server, { scopes });
      expect(await passes(raw, 'billing:read')).toBe(403);
      expect(await shown(raw)).toBe('*');
    }
    const both = await issueKey(server, { scopes: ['admin:*', 'billing:charge'] });
    expect(await shown(both.raw)).toBe(
      'repos:read repos:analyze extensions:read extensions:submit admin:* billing:charge',
    );
    expect(await passes(named.raw, 'billing:close')).toBe(400);
    const { body: api } = await answer(server.fetch('/openapi.json'));
    expect(api.components.schemas.Scope.enum).toContain('billing:charge');

    await using verifier = await openVerifier({
      ...{ databaseUrl: server.databaseUrl, extraScopes, onError: () => {} },
      verificationSecret: verificationSecretOf(testSecret),
    });
    const asks = async (raw: string, scope: 'billing:read' | 'billing:charge') => {
      const headers = new Headers({ authorization: `Bearer ${raw}` });
      return (await admit(verifier, headers, { scope })).ok;
    };
    expect(await asks(named.raw, 'billing:read')).toBe(true);
    expect(await asks(named.raw, 'billing:charge')).toBe(false);
    expect(await asks(both.raw, 'billing:charge')).toBe(true);
    expect(await asks(both.raw, 'billing:read')).toBe(false);
  });
});

test('an extra scope that is not configured, or another dialect’s, is refused when a key is made', async () => {
  await using server = await startServerOn('sqlite', { extraScopes, dialects: ['platform'] });
  const make = (json: object) => answer(server.fetch(keys, { as, json: { label: 'x', ...json } }));
  const permitted =
    "'repos:read', 'repos:analyze', 'extensions:read', 'extensions:submit', 'admin:*', " +
    "'billing:read', 'billing:charge'";
  for (const scope of ['billing:close', 'billing:charge=submit', 'repos:write']) {
    const made = await make({ scopes: ['billing:read', scope] });
    expect(made).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'scopes', 1], type: 'type_error.enum' }] },
    });
    if (scope === 'billing:close') expect(made.body.detail[0].msg).toContain(permitted);
  }
  const platform = { dialect: 'platform', scopes: ['billing:read'] };
  expect((await make(platform)).status).toBe(422);
});

test('a scope that is no longer configured is shown and covers nothing', async () => {
  await using place = await demoDatabase('sqlite');
  let raw: string;
  let id: string;
  {
    await using before = await startServer({ database: place.url, extraScopes });
    ({ raw, id } = await issueKey(before, { scopes: ['billing:read', 'repos:read'] }));
  }
  await using after = await startServer({ database: place.url });
  const path = `${keys}/${id}`;
  const { body } = await answer(after.fetch(path, { as }));
  expect(body.scopes).toEqual(['billing:read', 'repos:read']);
  const response = await after.fetch('/auth/verify', { as: raw });
  expect(response.headers.get('x-reporisk-scopes')).toBe('repos:read');
  expect((await after.fetch('/auth/verify?scope=billing:read', { as: raw })).status).toBe(400);
  const renamed = await after.fetch(path, { as, method: 'PATCH', json: { label: 'Other' } });
  expect(renamed.status).toBe(200);
  const kept = { scopes: ['billing:read'] };
  expect((await after.fetch(path, { as, method: 'PATCH', json: kept })).status).toBe(422);
});

test('a demoted member’s key that writes to another service is shown as blocked', async () => {
  await using server = await startServerOn('sqlite', { extraScopes });
  const colleague = server.session({
    user: 'user_c',
    organization: 'org_demo_acme',
    role: 'admin',
  });
  const reads = await issueKey(server, { label: 'r', scopes: ['billing:read'] }, colleague);
  const writes = await issueKey(server, { label: 'w', scopes: ['billing:charge'] }, colleague);
  await server.database.transaction((em) =>
    em.execute("update membership set role = 'member' where user_id = 'user_c'"),
  );
  const blocked = async (id: string) =>
    (await answer(server.fetch(`${keys}/${id}`, { as }))).body.blocked_reason;
  expect(await blocked(reads.id)).toBeNull();
  expect(await blocked(writes.id)).toBe('owner_demoted');
});

test('a service without the database takes a scope of its own from the server', async () => {
  await using server = await startServerOn('sqlite', { extraScopes });
  const errors: unknown[] = [];
  const verifier = openRemoteVerifier({
    ...{ url: server.url, extraScopes: ['billing:read', 'reports:read'] },
    onError: (error) => errors.push(error),
  });
  const { raw } = await issueKey(server, { scopes: ['billing:read'] });
  const headers = new Headers({ authorization: `Bearer ${raw}` });
  expect(await admit(verifier, headers, { scope: 'billing:read' })).toMatchObject({ ok: true });
  expect(await admit(verifier, headers, { scope: 'repos:read' })).toMatchObject({ status: 403 });
  // Where the server has not heard of a scope, no key has it, and the operator is told.
  const unknown = await admit(verifier, headers, { scope: 'reports:read' });
  expect(unknown).toMatchObject({ status: 503 });
  expect(String(errors[0])).toContain('it answered 400');
});
