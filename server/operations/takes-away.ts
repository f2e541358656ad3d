/** Marks an operation that only revokes, whatever its input. */
export const always = (): boolean => true;

/**
 * Whether the input of an update changes one field to one value and nothing else.
 *
 * @param input - parsed; `id` names the changed row.
 */
export function onlySets(
  input: Readonly<Record<string, unknown>>,
  field: string,
  value: unknown,
): boolean {
  const changes = Object.entries(input).filter(([name, to]) => name !== 'id' && to !== undefined);
  return changes.length === 1 && changes[0]?.[0] === field && changes[0][1] === value;
}
