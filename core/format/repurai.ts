import type { KeyShape } from './key-shape.ts';

/** The prefix of `repurai` keys. */
export const repuraiPrefix = 'rep_';

/** The length of a `repurai` key: `rep_` and 64 hexadecimal characters. */
export const repuraiKeyLength: number = repuraiPrefix.length + 64;

/** The shape of `repurai` keys. */
export const repuraiShape: KeyShape = Object.freeze({
  dialect: 'repurai',
  environment: 'live',
  prefix: repuraiPrefix,
  checksummed: false,
});

const form = /^rep_[0-9a-f]{64}$/;

/** Whether a text of this length is a `repurai` key. */
export function isRepuraiKey(text: string): boolean {
  return form.test(text);
}
