/** A member of the records that a builder makes. */
export interface Member {
  readonly name: string;
  /** The member of the source that it is made from. */
  readonly from: string;
  /** Makes its value; the source's value when absent. */
  readonly turn?: ((value: never) => unknown) | null;
  /** Whether the source may lack it. */
  readonly isOptional?: boolean;
}

/**
 * Makes records of always the same members. An object that grows member by member in a loop is a
 * hash table to V8, thirty times as slow to build as a literal, so a literal is generated.
 *
 * @param members - their names come from schemas, never from a request.
 * @returns the builder; it throws a TypeError where the source lacks a member.
 */
export function recordBuilder(
  members: readonly Member[],
): (source: unknown) => Record<string, unknown> {
  const literal = members.map(({ name, from, turn, isOptional = false }, index) => {
    const value = `source[${JSON.stringify(from)}]`;
    const turned = turn == null ? value : `members[${index}].turn(${value})`;
    const checked = isOptional ? turned : `${value} === undefined ? lacks(${index}) : ${turned}`;
    return `${JSON.stringify(name)}: ${checked}`;
  });
  const lacks = (index: number) => {
    throw new TypeError(`a record lacks ${members[index]?.from}`);
  };
  const body = `return (source) => ({ ${literal.join(',\n')} });`;
  return new Function('members', 'lacks', body)(members, lacks);
}
