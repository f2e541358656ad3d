/** A value as JSON stores it, with names in order: PostgreSQL's jsonb has its own order. */
export function canonical(value: unknown): unknown {
  return ordered(JSON.parse(JSON.stringify(value)));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(names.map(([name, member]) => [name, ordered(member)]));
}

/** The same as text, for MACs. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value ?? null));
}
