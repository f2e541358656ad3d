import { z } from 'zod';
import { Organization } from '../../database/entities/organization.ts';
import { integer } from '../../wire/fields.ts';
import { Problem } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { lockParent } from './lock-parent.ts';
import {
  clerkId,
  organizationName,
  organizationRecord,
  toOrganizationRecord,
} from './organization-record.ts';

/** Makes a Clerk organization a customer, with a tier that Clerk's metadata does not change. */
export const addOrganization = defineOperation({
  name: 'organizations.add',
  summary: 'Make a Clerk organization a parent organization',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({ clerkId, name: organizationName, tier: integer(1, 3) }),
  output: organizationRecord,
  async run({ em, now, audit }, { clerkId: id, name, tier }) {
    // A Clerk webhook may have come first: the organization then has a row, but no rights.
    const organization = await lockParent(em, id, now);
    if (organization.tier != null) {
      throw new Problem(409, 'Organization exists already: use org set-tier');
    }
    await em.nativeUpdate(Organization, { id }, { name, tier, tierPinned: true, updatedAt: now });
    audit({ target: id, changes: { name, tier } });
    return toOrganizationRecord({ ...organization, name, tier, tierPinned: true });
  },
});
