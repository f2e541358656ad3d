import { z } from 'zod';
import { Organization } from '../../database/entities/organization.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { lockParent } from './lock-parent.ts';
import { organizationRecord, toOrganizationRecord } from './organization-record.ts';

/** Sets the caller's organization's tier: a number for as long as an operator wants, or Clerk's. */
export const setOrganizationTier = defineOperation({
  name: 'organizations.setTier',
  summary: "Pin the tier of an organization, or leave it to Clerk's metadata again",
  kind: 'mutation',
  // A lower tier is a revocation: the answers for its keys change immediately.
  access: operatorOnly(),
  input: z.strictObject({ tier: z.union([z.literal([1, 2, 3]), z.literal('clerk')]) }),
  output: organizationRecord,
  async run({ em, principal, now, audit }, { tier: wanted }) {
    const { id } = principal.organization;
    const before = await lockParent(em, id, now);
    const tierPinned = wanted !== 'clerk';
    const tier = wanted === 'clerk' ? (before.clerkTier ?? null) : wanted;
    await em.nativeUpdate(Organization, { id }, { tier, tierPinned, updatedAt: now });
    audit({
      target: id,
      changes: {
        tier: { before: before.tier ?? null, after: tier },
        tierPinned: { before: before.tierPinned, after: tierPinned },
      },
    });
    return toOrganizationRecord({ ...before, tier, tierPinned });
  },
});
