import { z } from 'zod';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { name } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { subOrgRecord, toSubOrgRecord } from './sub-org-record.ts';

/** Adds a sub-org that has no Clerk organization. */
export const createSubOrg = defineOperation({
  name: 'subOrgs.create',
  summary: 'Add a sub-organization',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ name: name(100) }),
  output: subOrgRecord,
  async run({ em, principal, now, audit }, { name }) {
    const subOrg = em.create(SubOrg, { orgId: principal.organization.id, name, createdAt: now });
    em.persist(subOrg);
    await em.flush();
    audit({ target: String(subOrg.id), changes: { name } });
    return toSubOrgRecord(subOrg, 0);
  },
});
