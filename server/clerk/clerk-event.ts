import { z } from 'zod';
import { clerkIdPattern, memberRole } from '../sessions/session.ts';
import {
  type ClerkTime,
  clerkTime,
  type Deletion,
  type MembershipChange,
  type OrganizationChange,
  type UserChange,
} from './clerk-change.ts';
import { readOrganization } from './clerk-organization.ts';
import { memberName } from './member-name.ts';

/** The content of a Clerk webhook. */
export type ClerkEvent =
  | { readonly kind: 'organization'; readonly change: OrganizationChange }
  | { readonly kind: 'organization-deleted'; readonly change: Deletion }
  | { readonly kind: 'membership'; readonly change: MembershipChange }
  | { readonly kind: 'user'; readonly change: UserChange }
  | { readonly kind: 'user-deleted'; readonly change: Deletion }
  | { readonly kind: 'other' };

const id = z.string().regex(clerkIdPattern);
const event = z.object({
  type: z.string(),
  /** Unix milliseconds of the change, by Clerk's clock; the same for every attempt. */
  timestamp: z
    .int()
    .min(0)
    .max(Date.UTC(9999, 11, 31))
    .optional(),
  data: z.unknown(),
});
const organization = z.object({
  id,
  name: z.string(),
  public_metadata: z.record(z.string(), z.unknown()).nullish(),
});
const membership = z.object({
  organization: z.object({ id }),
  public_user_data: z.object({
    user_id: id,
    first_name: z.string().nullish(),
    last_name: z.string().nullish(),
    identifier: z.string().nullish(),
  }),
  role: z.string(),
});
const user = z.object({
  id,
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  username: z.string().nullish(),
  primary_email_address_id: z.string().nullish(),
  email_addresses: z
    .array(z.object({ id: z.string(), email_address: z.string() }))
    .max(100)
    .nullish(),
});
const deleted = z.object({ id });

/**
 * Parses a webhook's body.
 *
 * @param body - the JSON text, as signed.
 * @returns the event. Null for a body that is not Clerk's, or whose time is needed and absent: the
 * time of an attempt is by another clock, and later than the change.
 */
export function readClerkEvent(body: string): ClerkEvent | null {
  try {
    const { type, timestamp, data } = event.parse(JSON.parse(body));
    return readDeletion(type, data) ?? readChange(type, data, timestamp);
  } catch {
    return null;
  }
}

function readDeletion(type: string, data: unknown): ClerkEvent | null {
  if (type === 'organization.deleted') {
    return { kind: 'organization-deleted', change: { id: deleted.parse(data).id } };
  }
  if (type !== 'user.deleted') return null;
  return { kind: 'user-deleted', change: { id: deleted.parse(data).id } };
}

function readChange(type: string, data: unknown, timestamp: number | undefined): ClerkEvent {
  switch (type) {
    case 'organization.created':
    case 'organization.updated': {
      const { id, name, public_metadata: metadata = null } = organization.parse(data);
      const change = { ...readOrganization(id, name, metadata), at: timeOf(timestamp) };
      return { kind: 'organization', change };
    }
    case 'organizationMembership.created':
    case 'organizationMembership.updated':
    case 'organizationMembership.deleted': {
      const { organization, public_user_data: user, role } = membership.parse(data);
      const of = { clerkOrgId: organization.id, userId: user.user_id, role: memberRole(role) };
      const active = type !== 'organizationMembership.deleted';
      const name = memberName(user.first_name, user.last_name, user.identifier);
      return { kind: 'membership', change: { ...of, active, name, at: timeOf(timestamp) } };
    }
    case 'user.updated':
      return { kind: 'user', change: readUser(user.parse(data)) };
    default:
      return { kind: 'other' };
  }
}

function readUser({ id, ...told }: z.infer<typeof user>): UserChange {
  const primary = told.email_addresses?.find(
    (address) => address.id === told.primary_email_address_id,
  );
  const identifier = told.username ?? primary?.email_address;
  return { id, name: memberName(told.first_name, told.last_name, identifier) };
}

function timeOf(timestamp: number | undefined): ClerkTime {
  if (timestamp === undefined) throw new TypeError('the event has no time');
  return clerkTime(timestamp);
}
