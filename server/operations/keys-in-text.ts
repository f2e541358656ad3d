// Anything that could be a key of ours, imported ones included, whatever stands around it.
const key = /rrk_(?:live|test)_[\w-]{43}/g;

/**
 * Whether a text holds what looks like an API key. People paste keys where they do not belong, and a
 * raw key must not be stored anywhere.
 */
export function holdsKey(text: string): boolean {
  return text.includes('rrk_') && text.search(key) !== -1;
}

/** A text with every API key in it blotted out. */
export function withoutKeys(text: string): string {
  return text.includes('rrk_') ? text.replace(key, '[API key]') : text;
}
