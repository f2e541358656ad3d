/**
 * Applies wanted values to an entity: absent leaves a field as it is, null clears it.
 *
 * @returns before and after of what really changed, for the audit log; null when nothing did.
 */
export function recordChanges<Entity extends object>(
  entity: Entity,
  wanted: { readonly [Field in keyof Entity]?: Entity[Field] | undefined },
): Record<string, { before: unknown; after: unknown }> | null {
  const changes: Record<string, { before: unknown; after: unknown }> = {};
  for (const field of Object.keys(wanted) as (keyof Entity & string)[]) {
    const after = wanted[field];
    const before = entity[field] ?? null;
    if (after === undefined || JSON.stringify(before) === JSON.stringify(after)) continue;
    changes[field] = { before, after };
    entity[field] = after;
  }
  return Object.keys(changes).length === 0 ? null : changes;
}
