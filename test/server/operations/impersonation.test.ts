import { beforeAll, expect, test } from 'vitest';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { reporiskRoutes } from '../../../server/rest/reporisk.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach } from '../../support/server.ts';
import { accessTable } from './access-table.ts';
import { sendRest } from './send-rest.ts';

const forbidden = { status: 403, detail: 'Insufficient permissions' };

/** Inputs with which an operation only revokes, and some with which it does more. */
const takingAway: Readonly<Record<string, { may: object[]; mayNot: object[] }>> = {
  'apiKeys.revoke': { may: [{}], mayNot: [] },
  'apiKeys.revokeAll': { may: [{}], mayNot: [] },
  'apiKeys.bulk': {
    may: [{}, { action: 'disable' }],
    mayNot: [{ action: 'enable' }, { action: 'take_over' }],
  },
  'apiKeys.endGrace': { may: [{}], mayNot: [] },
  'apiKeys.update': {
    may: [{ disabled: true }],
    mayNot: [{}, { disabled: false }, { disabled: true, label: 'x' }, { scopes: ['repos:read'] }],
  },
  'subOrgs.archive': { may: [{}], mayNot: [] },
  'jobs.cancel': { may: [{}], mayNot: [] },
  'webhooks.update': {
    may: [{ isActive: false }, { isActive: false, rotateSecret: false }],
    mayNot: [{}, { isActive: true }, { isActive: false, rotateSecret: true }],
  },
  'serviceAccounts.update': {
    may: [{ isActive: false }],
    mayNot: [{}, { isActive: true }, { isActive: false, role: 'viewer' }, { name: 'x' }],
  },
};

onOneServerEach((server) => {
  let impersonated: string;
  beforeAll(() => {
    impersonated = server().session({
      user: 'user_ada',
      organization: 'org_demo_acme',
      role: 'admin',
      claims: { act: { sub: 'user_support' } },
    });
  });

  test.each(Object.keys(accessTable))('%s of an impersonated session', async (name) => {
    const route = reporiskRoutes.find(({ operation }) => operation.name === name);
    const row = accessTable[name];
    if (route === undefined || row === undefined) throw new Error(`${name} is not wired`);
    const send = async (input: object) =>
      sendRest(server(), route, { ...(await row.input(server())), ...input }, impersonated);
    const { operation } = route;
    const isFree = operation.kind === 'query' || operation.access.plane === 'anyone';
    const { may, mayNot } = takingAway[name] ?? {
      may: isFree ? [{}] : [],
      mayNot: isFree ? [] : [{}],
    };
    const cell = row.cells['the parent admin'];
    const ok = typeof cell === 'number' ? cell : cell[0];
    for (const input of may) expect(await send(input)).toMatchObject({ status: ok });
    for (const input of mayNot) expect(await send(input)).toEqual(forbidden);
  });

  test('the audit log names the impersonator, and the filter by user finds the event', async () => {
    const { id } = await issueKey(server());
    const path = `/api/v1/settings/api-keys/${id}`;
    const revoked = await server().fetch(path, { as: impersonated, method: 'DELETE' });
    expect(revoked.status).toBe(204);
    const [event] = await server()
      .database.read()
      .find(AuditEvent, { target: id, action: 'apiKeys.revoke' });
    expect(event?.actor).toBe('user:user_ada (by user:user_support)');
    const targets = async (actor: string) => {
      const query = new URLSearchParams({ actor, target: id });
      const found = await server().fetch(`/api/v1/settings/audit-log?${query}`, {
        as: 'parent-admin',
      });
      const { items } = (await found.json()) as { items: { target: string }[] };
      return items.length;
    };
    expect(await targets('user:user_ada')).toBe(1);
    expect(await targets('user:user_ada (by user:user_support)')).toBe(1);
    expect(await targets('user:user_ad')).toBe(0);
    expect(await targets('user:user-ada')).toBe(0);
    expect(await targets('user:%')).toBe(0);
  });

  test('session.get says what an impersonated session may do', async () => {
    const response = await server().fetch('/api/v1/settings/session', { as: impersonated });
    expect(await response.json()).toMatchObject({
      user: { id: 'user_ada' },
      may: { create_api_keys: false, revoke_api_keys: true, manage_sub_orgs: false },
    });
  });

  test('a refused session is logged by organization and user, an unverified one is not', async () => {
    const { log } = server();
    const before = log.length;
    const json = { label: 'CI' };
    const path = '/api/v1/settings/api-keys';
    await server().fetch(path, { as: impersonated, json });
    const lines = () => log.slice(before).map((line) => JSON.parse(line));
    expect(lines().filter(({ msg }) => msg === 'session refused')).toMatchObject([
      {
        operation: 'apiKeys.create',
        organizationId: 'org_demo_acme',
        userId: 'user_ada',
        impersonatedBy: 'user_support',
        detail: 'Insufficient permissions',
      },
    ]);
    const [header, claims] = impersonated.split('.');
    const forged = `${header}.${claims}.${'A'.repeat(342)}`;
    const refused = await server().fetch(path, { as: forged, json });
    expect(refused.status).toBe(401);
    const naming = lines().filter((line) => JSON.stringify(line).includes('user_ada'));
    expect(naming).toHaveLength(1);
  });
});
