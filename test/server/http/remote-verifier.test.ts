import { expect, test } from 'vitest';
import { admit, openRemoteVerifier } from '../../../core/mod.ts';
import { demoIds, issueKey } from '../../support/issued-keys.ts';
import { startServerOn } from '../../support/server.ts';

const bearer = (raw: string) => new Headers({ authorization: `Bearer ${raw}` });

test('a service without the database judges keys as the server does, by asking it', async () => {
  // This service stands where a proxy would: the server believes the address that it sends.
  await using server = await startServerOn('sqlite', {
    trustedProxies: ['127.0.0.1'],
    demo: false,
  });
  const verifier = openRemoteVerifier({ url: server.url });
  const { payments } = await demoIds(server);
  const scoped = await issueKey(server, {
    scopes: ['repos:read'],
    sub_org_id: payments,
    ip_allow_list: ['192.0.2.0/24'],
    rate_limit: { limit: 2, window_seconds: 60 },
  });
  const options = { scope: 'repos:read' as const, address: '192.0.2.7' };

  expect(await admit(verifier, bearer(scoped.raw), options)).toEqual({
    ok: true,
    key: {
      id: scoped.id,
      organizationId: 'org_demo_acme',
      subOrgId: payments,
      scopes: ['repos:read'],
      environment: 'live',
      projectId: null,
    },
  });
  expect(await admit(verifier, bearer(scoped.raw), { scope: 'repos:analyze' })).toMatchObject({
    status: 403,
    reason: 'address',
  });
  expect(await admit(verifier, bearer(scoped.raw), { ...options, scope: 'admin:*' })).toMatchObject(
    {
      status: 403,
      headers: { 'WWW-Authenticate': expect.stringContaining('scope="admin:*"') },
    },
  );
  expect(await admit(verifier, bearer(scoped.raw), options)).toMatchObject({ ok: true });
  expect(await admit(verifier, bearer(scoped.raw), options)).toMatchObject({
    status: 429,
    headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
  });

  const other = await issueKey(server);
  expect(await admit(verifier, bearer(other.raw))).toMatchObject({ ok: true });
  const path = `/api/v1/settings/api-keys/${other.id}`;
  expect((await server.fetch(path, { as: 'parent-admin', method: 'DELETE' })).status).toBe(204);
  expect(await admit(verifier, bearer(other.raw))).toMatchObject({
    status: 401,
    body: '{"detail":"Invalid API key"}',
  });
});

test('a service without the database takes platform keys only where it says so, and for their project', async () => {
  await using server = await startServerOn('sqlite', { dialects: ['platform'] });
  const verifier = openRemoteVerifier({ url: server.url });
  const { raw } = await issueKey(server, {
    ...{ dialect: 'platform', scopes: ['admin:*'], project_id: 'prj_1' },
  });
  const asked = { dialects: ['platform'], scope: 'cases:write' } as const;
  const named = await admit(verifier, bearer(raw), { ...asked, projectId: 'prj_1' });
  expect(named).toMatchObject({ ok: true, key: { projectId: 'prj_1', scopes: null } });
  expect(await admit(verifier, bearer(raw), asked)).toMatchObject({ status: 403 });
  const elsewhere = await admit(verifier, bearer(raw), { projectId: 'prj_1' });
  expect(elsewhere).toMatchObject({ status: 401, reason: 'dialect' });
});
