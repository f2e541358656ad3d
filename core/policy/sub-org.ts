/**
 * Whether a caller held to one sub-org may touch a resource of the same organization. A resource
 * that belongs to no sub-org is outside every sub-org's scope.
 *
 * @param scope - the caller's sub-org id, or null for an organization-wide caller.
 * @param resource - the resource's sub-org id, or null when it has none.
 * @returns true when the caller may touch it.
 * @example
 * ```ts
 * import { inSubOrgScope } from '@reporisk/api-access/core';
 * inSubOrgScope(null, 7); // true: organization-wide
 * inSubOrgScope(7, 7); // true
 * inSubOrgScope(7, null); // false
 * ```
 */
export function inSubOrgScope(scope: number | null, resource: number | null): boolean {
  return scope === null || scope === resource;
}
