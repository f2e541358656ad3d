import { withoutKeys } from '../wire/keys-in-text.ts';

/** Maximum length of a recorded place. */
const maxPlace = 2000;

/**
 * The place of a found secret, from an unauthenticated report. It is reduced to ASCII, without
 * characters that could break a database or terminal, and without a key, because a file may be
 * named after the secret that it holds.
 */
export function placeOf(url: string): string {
  const text = URL.canParse(url) ? new URL(url).href : url;
  return withoutKeys(text.replace(/[^\x20-\x7e]/g, '')).slice(0, maxPlace);
}
