import { clerkIdPattern } from '../sessions/session.ts';
import { cleanedName } from '../wire/names.ts';
import type { OrganizationChange } from './clerk-change.ts';

/** An organization in Clerk's list. */
export type ListedOrganization = Omit<OrganizationChange, 'at'>;

/**
 * Reads an organization from Clerk's API or webhooks. Its name is cleaned, never refused. A tier as
 * text and white space around a value are accepted. An unreadable parent leaves the organization
 * without rights, because it was meant to be a sub-org.
 */
export function readOrganization(
  id: string,
  name: unknown,
  metadata: Readonly<Record<string, unknown>> | null,
): ListedOrganization {
  const tier = readTier(metadata?.tier);
  const parent = readParent(metadata?.parent_org_id);
  const unusual = [
    ...(tier.isUnusual ? ['tier'] : []),
    ...(parent.isUnusual ? ['parent_org_id'] : []),
  ];
  return {
    id,
    name: cleanedName(name, id),
    tier: parent.value === null && parent.isUnusual ? null : tier.value,
    parentId: parent.value,
    ...(unusual.length === 0 ? {} : { unusual }),
  };
}

interface Field<Value> {
  readonly value: Value | null;
  readonly isUnusual: boolean;
}

function readTier(tier: unknown): Field<number> {
  if (tier === 1 || tier === 2 || tier === 3) return { value: tier, isUnusual: false };
  const text = typeof tier === 'string' ? tier.trim() : '';
  return { value: /^[123]$/.test(text) ? Number(text) : null, isUnusual: tier != null };
}

function readParent(parent: unknown): Field<string> {
  if (parent === undefined || parent === null || parent === '') {
    return { value: null, isUnusual: false };
  }
  const text = typeof parent === 'string' ? parent.trim() : '';
  return {
    value: clerkIdPattern.test(text) ? text : null,
    isUnusual: text !== parent || !clerkIdPattern.test(text),
  };
}
