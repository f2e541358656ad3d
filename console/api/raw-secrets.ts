/** What a line break, a quoted mail or a copied page puts between the characters of a secret. */
const gap = '[\\s\\u00ad\\u200b-\\u200f\\u2060]*';

/**
 * A secret's form: its prefix, then at least 16 characters. A part of a secret is one as well; a
 * preview shows four characters behind the prefix, so it is none.
 */
function form(prefix: string, character: string, longest: number): RegExp {
  const spaced = [...prefix].join(gap);
  return new RegExp(`(${spaced})((?:${gap}${character}){16,${longest}})`, 'gi');
}

/** API keys of every dialect, Anthropic's keys, and signing secrets of webhooks. */
const forms: readonly RegExp[] = [
  form('rrk_live_', '[\\w-]', 43),
  form('rrk_test_', '[\\w-]', 43),
  form('rfk_', '\\w', 91),
  form('rep_', '[\\da-f]', 64),
  form('sk-ant-', '[\\w-]', 200),
  form('whsec_', '[\\w+/=-]', 200),
];

const gaps = new RegExp(gap, 'g');
const shown = 4;
const dots = '\u2022'.repeat(4);

/** How often an address may have been encoded. */
const mostEncodings = 3;

/**
 * Replaces every raw secret in a text by its preview: also one that stands among other words, was
 * broken by white space, or is percent-encoded.
 *
 * @returns the text itself where it holds none.
 */
export function withoutSecrets(text: string, encodings: number = mostEncodings): string {
  const safe = forms.reduce((rest, each) => rest.replace(each, preview), text);
  const decoded = decodeAscii(safe);
  if (decoded === safe || encodings === 0) return safe;
  const deeper = withoutSecrets(decoded, encodings - 1);
  return deeper === decoded ? safe : deeper;
}

/** Whether a text holds a preview. */
export function holdsPreview(text: string): boolean {
  return text.includes(dots);
}

function preview(_secret: string, prefix: string, rest: string): string {
  const bare = rest.replace(gaps, '');
  return prefix.replace(gaps, '') + bare.slice(0, shown) + dots + bare.slice(-shown);
}

/** Undoes the percent-encoding of ASCII characters, of which every secret is made. */
function decodeAscii(text: string): string {
  return text.replace(/%([0-7][\da-f])/gi, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
