/** Marks a name that this dialect does not have: no operation's member begins with it. */
const foreignMark = ' ';

/** A name marked as foreign; `snake` gives the original back. */
export function foreign(name: string): string {
  return foreignMark + name;
}

/** `subOrgId` to `sub_org_id`, `calls7d` to `calls_7d`. */
export function snake(name: string): string {
  if (name.startsWith(foreignMark)) return name.slice(foreignMark.length);
  return name
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/([a-z])(\d+[a-z])/g, '$1_$2');
}

/** Longer than any operation's names; a name in a request may be a megabyte long. */
const maxLength = 100;

/** `sub_org_id` to `subOrgId`; a name in another spelling is foreign. */
export function camel(name: string): string {
  if (name.length > maxLength) return foreign(name);
  const camelled = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return snake(camelled) === name ? camelled : foreign(name);
}

/** Members with content from an analysis, which has its own names. */
export const foundByAnalysis = new Set(['findings', 'result']);

/** Names that were turned once; a limit, because a stored value may have any name. */
const turned = new Map<string, string>();
const maxTurned = 1_000;

function snakeOnce(name: string): string {
  const known = turned.get(name);
  if (known !== undefined) return known;
  const made = snake(name);
  if (turned.size < maxTurned && name.length <= maxLength) turned.set(name, made);
  return made;
}

/** An operation's output with every name of ours in snake case. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      snakeOnce(name),
      foundByAnalysis.has(name) ? member : snakeKeys(member),
    ]),
  );
}

/** No input has names deeper than this; a body may be nested until the stack overflows. */
const deepestName = 8;

/** A request's members under the operation's names. */
export function camelKeys(members: object, depth = 1): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [camel(name), camelValue(member, depth)]),
  );
}

function camelValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === deepestName) return value;
  if (Array.isArray(value)) return value.map((member) => camelValue(member, depth + 1));
  return camelKeys(value, depth + 1);
}
