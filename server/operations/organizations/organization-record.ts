import { z } from 'zod';
import type { Organization } from '../../database/entities/organization.ts';
import { clerkIdPattern } from '../../sessions/session.ts';
import { iso, name, timestamp } from '../../wire/fields.ts';
import { shownName } from '../../wire/names.ts';

/** The id that Clerk gave an organization. */
export const clerkId = z
  .string()
  .refine((value) => clerkIdPattern.test(value), 'expected a Clerk organization id, org_…')
  .meta({ description: "The organization's id at Clerk, for example org_2abc" });

export const organizationName = name(255);

export const organizationRecord = z.object({
  clerkId: z.string(),
  name: z.string(),
  /** Null for an organization without rights. */
  tier: z.int().nullable(),
  /** True when an operator set the tier. */
  tierPinned: z.boolean(),
  /** The tier that Clerk's metadata names. */
  clerkTier: z.int().nullable(),
  createdAt: timestamp,
  deletedAt: timestamp.nullable(),
});

export function toOrganizationRecord(
  organization: Omit<Organization, 'isDemo' | 'asOf' | 'updatedAt'>,
): z.infer<typeof organizationRecord> {
  return {
    clerkId: organization.id,
    name: shownName(organization.name),
    tier: organization.tier ?? null,
    tierPinned: organization.tierPinned,
    clerkTier: organization.clerkTier ?? null,
    createdAt: iso(organization.createdAt),
    deletedAt: iso(organization.deletedAt),
  };
}
