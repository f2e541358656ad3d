/** `subOrgId` to `sub_org_id`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `sub_org_id` to `subOrgId`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Members that hold what an analysis found, under names of its own. */
const foreign = new Set(['findings', 'result']);

/** An operation's output with every name of ours in snake case. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      snake(name),
      foreign.has(name) ? member : snakeKeys(member),
    ]),
  );
}

/** No input has names deeper than this, and a body may be nested until the stack ends. */
const deepestName = 8;

/**
 * A request's members under the operation's names. A name that is not in snake case is unknown in
 * this dialect, so it is left out and not mistaken for another.
 */
export function camelKeys(members: object, depth = 1): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => !/[A-Z]/.test(name))
      .map(([name, member]) => [camel(name), camelValue(member, depth)]),
  );
}

function camelValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === deepestName) return value;
  if (Array.isArray(value)) return value.map((member) => camelValue(member, depth + 1));
  return camelKeys(value, depth + 1);
}
