type Optional<Given, Key extends keyof Given> = undefined extends Given[Key] ? Key : never;

/** A record without `undefined` entries: they are absent instead. */
export type Defined<Given> = {
  [Key in keyof Given as Exclude<Key, Optional<Given, Key & keyof Given>>]: Given[Key];
} & { [Key in keyof Given as Optional<Given, Key>]?: Exclude<Given[Key], undefined> };

/** A copy without the entries that are `undefined`. `null` is a value. */
export function defined<Given extends object>(given: Given): Defined<Given> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<Given>;
}
