import { withoutKeys } from '../wire/keys-in-text.ts';

/** How much of a place is recorded. */
const maxPlace = 2000;

/**
 * Where a secret was found, as a stranger says: in ASCII, without what a database or a terminal might
 * choke on, and without a key, because a file may be named after the secret that it holds.
 */
export function placeOf(url: string): string {
  const text = URL.canParse(url) ? new URL(url).href : url;
  return withoutKeys(text.replace(/[^\x20-\x7e]/g, '')).slice(0, maxPlace);
}
