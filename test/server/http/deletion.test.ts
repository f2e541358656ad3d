import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import {
  applyOrganization,
  applyOrganizationDeleted,
} from '../../../server/clerk/apply-organization.ts';
import { clerkTime } from '../../../server/clerk/clerk-change.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { Repo } from '../../../server/database/entities/repo.ts';
import { ServiceAccount } from '../../../server/database/entities/service-account.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { demoIds, issueKey } from '../../support/issued-keys.ts';
import { testKeyring } from '../../support/keyring.ts';
import { onBothDatabases, type RunningServer, startServerOn } from '../../support/server.ts';

const orgId = 'org_demo_acme';
const settings = '/api/v1/settings';

/**
 * Deletes an organization as Clerk's webhook does. On PostgreSQL over separate connections: it
 * would otherwise wait for the server's.
 */
async function deleteOrganization(server: RunningServer, id: string): Promise<void> {
  const { services, databaseUrl, kind } = server;
  const { rowMacs } = server.database;
  await using own =
    kind === 'postgresql' ? await openAuditedDatabase(databaseUrl, { keyring: testKeyring }) : null;
  const context = { now: new Date(services.now()), rowMacs };
  const database = own ?? server.database;
  await database.transaction((em) => applyOrganizationDeleted(em, { id }, context));
}

onBothDatabases((kind) => {
  test('nothing that is made while its organization is deleted lives on', async () => {
    await using server = await startServerOn(kind);
    const { payments } = await demoIds(server);
    const raw = (await issueKey(server)).raw;
    const as = 'parent-admin';
    const analyze = '/api/v1/repos/analyze';
    const url = (index: number) => ({ url: `https://git.invalid/acme-security/new-${index}` });
    // More than there are connections: some begin before the deletion and some after it.
    const creations = Array.from({ length: 64 }, (_, index) => {
      const json = { label: 'CI', name: `New ${index}`, role: 'viewer', ...url(index) };
      const { label, name, role } = json;
      const requests = [
        () => server.fetch(`${settings}/api-keys`, { as, json: { label } }),
        () => server.fetch(`${settings}/api-keys`, { as, json: { label, sub_org_id: payments } }),
        () => server.fetch(`${settings}/sub-orgs`, { as, json: { name } }),
        () => server.fetch(`${settings}/service-accounts`, { as, json: { name, role } }),
        () => server.fetch(`${settings}/webhooks`, { as, json: { url: 'https://hooks.example/' } }),
        () => server.fetch(analyze, { as, json: url(index) }),
        () => server.fetch(analyze, { as: 'sub-org-admin', json: url(index) }),
        () => server.fetch(analyze, { as: raw, json: url(index) }),
      ];
      return requests[index % requests.length]?.() ?? Promise.reject(new Error('unreachable'));
    });
    await Promise.race(creations);
    await deleteOrganization(server, orgId);
    const em = server.database.read();
    const before = await em.count(Repo, { orgId });
    const statuses = new Set((await Promise.all(creations)).map(({ status }) => status));
    expect([...statuses].filter((status) => ![201, 202, 401, 403].includes(status))).toEqual([]);
    expect(await em.count(Repo, { orgId })).toBe(before);
    expect({
      keys: await em.count(ApiKey, { orgId, revokedAt: null }),
      subOrgs: await em.count(SubOrg, { orgId, archivedAt: null, removedAt: null }),
      accounts: await em.count(ServiceAccount, { orgId, isActive: true }),
    }).toEqual({ keys: 0, subOrgs: 0, accounts: 0 });
  });

  test('a linked sub-org that an admin removes is not linked again by Clerk’s next event', async () => {
    await using server = await startServerOn(kind);
    const { database, services } = server;
    const { mobile } = await demoIds(server);
    const id = 'org_demo_acme_mobile';
    const path = `${settings}/sub-orgs/${mobile}`;
    await server.fetch(path, { as: 'parent-admin', method: 'DELETE' });
    const context = { now: new Date(), logger: services.logger, rowMacs: database.rowMacs };
    const change = { id, name: 'Mobile', tier: 3, parentId: orgId, at: clerkTime(1) };
    await database.transaction((em) => applyOrganization(em, change, context));
    const em = database.read();
    expect(await em.count(SubOrg, { clerkId: id })).toBe(0);
    expect(await em.findOneOrFail(Organization, { id })).toMatchObject({ tier: null });
    const session = await server.fetch('/api/v1/repos', { as: 'sub-org-admin' });
    expect(session.status).toBe(403);
  });

  test('mutations and deletions of one organization wait for each other one way round', async () => {
    await using server = await startServerOn(kind);
    const { payments } = await demoIds(server);
    const as = 'parent-admin';
    const key = await issueKey(server, { sub_org_id: payments });
    const requests = Array.from({ length: 12 }, () => [
      server.fetch(`${settings}/api-keys/revoke-all`, { as, json: { confirm: 1_000_000 } }),
      server.fetch(`${settings}/webhooks`, { as, json: { url: 'https://hooks.example/' } }),
      server.fetch(`${settings}/api-keys/${key.id}/rotate`, { as, json: {} }),
      server.fetch(`${settings}/sub-orgs/${payments}`, {
        as,
        method: 'PATCH',
        json: { name: 'P' },
      }),
      deleteOrganization(server, 'org_demo_acme_mobile').then(() => ({ status: 0 })),
    ]).flat();
    const answers = await Promise.all(requests);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await server.database.read().count(Organization, { id: orgId })).toBe(1);
  });
});
