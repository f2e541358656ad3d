import { describe, expect, test } from 'vitest';
import { presentMembership } from '../../../server/clerk/membership.ts';
import { Extension } from '../../../server/database/entities/extension.ts';
import { Job } from '../../../server/database/entities/job.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { Repo } from '../../../server/database/entities/repo.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { assertDemoAllowed } from '../../../server/demo-mode/guard.ts';
import { seedDemo } from '../../../server/demo-mode/organizations.ts';
import { createDemoIdentityProvider, type Persona } from '../../../server/demo-mode/sessions.ts';
import { createClerkSessions } from '../../../server/sessions/clerk.ts';
import { databaseKinds } from '../../support/server.ts';
import { insertOrganization, testDatabase } from '../sessions/databases.ts';
import { testTime } from '../sessions/tokens.ts';

const now = () => testTime;
const acme = { id: 'org_demo_acme', name: 'Acme Security', tier: 3 };
const initech = { id: 'org_demo_initech', name: 'Initech', tier: 1 };

describe.each(databaseKinds)('on %s', (kind) => {
  test('seedDemo() makes each persona what its name says', async () => {
    await using opened = await testDatabase(kind);
    const { database } = opened;
    await seedDemo(database, testTime);
    const provider = createDemoIdentityProvider({ now });
    const sessions = createClerkSessions({ jwtKey: provider.publicKeyPem, now });
    const is = async (persona: Persona) => {
      const session = await sessions.verify(provider.issue(persona).token);
      return session && (await presentMembership(database, session, now));
    };
    const readAt = expect.any(Number);
    const admin = { kind: 'parent', organization: acme, role: 'admin', readAt };
    expect(await is('parent-admin')).toEqual(admin);
    expect(await is('parent-member')).toEqual({ ...admin, role: 'member' });
    expect(await is('tier-1-admin')).toEqual({ ...admin, organization: initech });
    expect(await is('outsider')).toEqual({ kind: 'none' });
    expect(await is('sub-org-admin')).toMatchObject({
      kind: 'sub-org',
      organization: acme,
      subOrg: { name: 'Mobile' },
      role: 'admin',
    });
  });

  test('seedDemo() writes everything once, also when it is called twice at the same time', async () => {
    await using opened = await testDatabase(kind);
    const { database } = opened;
    const counts = async () => {
      const em = database.read();
      return [
        await em.count(Organization),
        await em.count(SubOrg),
        await em.count(Repo),
        await em.count(Extension),
        await em.count(Job),
      ];
    };
    await Promise.all([seedDemo(database, testTime), seedDemo(database, testTime)]);
    expect(await counts()).toEqual([3, 3, 6, 2, 8]);
    const tier = { tier: 2 };
    await database.transaction((em) => em.nativeUpdate(Organization, { id: acme.id }, tier));
    await seedDemo(database, testTime);
    expect(await counts()).toEqual([3, 3, 6, 2, 8]);
    expect(await database.read().findOne(Organization, { id: acme.id })).toMatchObject(tier);
  });

  test('assertDemoAllowed() refuses a database that holds another organization', async () => {
    await using opened = await testDatabase(kind);
    const { database } = opened;
    await assertDemoAllowed(database);
    await seedDemo(database, testTime);
    await assertDemoAllowed(database);
    await insertOrganization(database, { id: 'org_real' });
    await expect(assertDemoAllowed(database)).rejects.toThrow('holds 1 other(s)');
  });
});
