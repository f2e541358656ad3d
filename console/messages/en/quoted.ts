/** Invisible characters that change the direction of the text after them. */
const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Right-to-left scripts: Hebrew, Arabic and their like. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name in quotes, isolated: its direction does not affect the surrounding sentence. */
export function quoted(name: string): string {
  const plain = name.replace(turns, '');
  // First-strong isolate … pop directional isolate, of UAX 9.
  return rightToLeft.test(plain) ? `“\u2068${plain}\u2069”` : `“${plain}”`;
}
