import { z } from 'zod';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { description, name } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import {
  accountRole,
  serviceAccountRecord,
  toServiceAccountRecord,
} from './service-account-record.ts';

const longestSlug = 100;

/** Adds a service account; its slug is derived from its name once and stays. */
export const createServiceAccount = defineOperation({
  name: 'serviceAccounts.create',
  summary: 'Add a service account',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true }),
  input: z.strictObject({
    name: name(100),
    description: description.nullish(),
    role: accountRole,
  }),
  output: serviceAccountRecord,
  async run(work, { name, description = null, role }) {
    const { em, principal, now } = work;
    const id = work.newId('sa');
    const orgId = principal.organization.id;
    const account = em.create(ServiceAccount, {
      id,
      orgId,
      name,
      slug: await freeSlug(work, name),
      description,
      role,
      roleMac: work.services.database.rowMacs.make('service-account', [id, orgId, role]),
      createdAt: now,
      updatedAt: now,
    });
    em.persist(account);
    work.audit({ target: account.id, changes: { name, role } });
    await em.flush();
    return toServiceAccountRecord(account, 0);
  },
});

/** The name in lower-case ASCII, with a number behind it when the organization has that slug. */
async function freeSlug({ em, principal }: OperationContext, name: string): Promise<string> {
  const orgId = principal.organization.id;
  // One at a time per organization: two concurrent requests would find the same slug free.
  await acquireAdvisoryLock(em, `service accounts of ${orgId}`);
  const base =
    name
      .normalize('NFKD')
      // Accents are separate characters now: Crème is creme.
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      // One character of a name may expand to many: ㎯ to rad-s2.
      .slice(0, longestSlug)
      .replace(/^-+|-+$/g, '') || 'account';
  const taken = await em.find(ServiceAccount, { orgId, slug: { $like: `${base}%` } });
  const slugs = new Set(taken.map((account) => account.slug));
  let slug = base;
  for (let number = 2; slugs.has(slug); number++) slug = `${base}-${number}`;
  return slug;
}
