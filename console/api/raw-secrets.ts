/** The characters that line breaks, quoted mails and copied pages insert into a secret. */
const gap = '[\\s\\u00ad\\u200b-\\u200f\\u2060]*';

/**
 * A secret's form: its prefix, then at least 16 characters. A part of a secret matches too; a
 * preview does not, because it shows four characters after the prefix.
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

/** The most layers of encoding that an address may have. */
const mostEncodings = 3;

/** Replaces a whole text whose secret cannot be separated from the rest. */
const hidden = `${dots} (a raw key or secret)`;

/**
 * Replaces every raw secret in a text by its preview, also one that stands among other words, was
 * broken by white space, or is percent-encoded. A secret in any other disguise replaces the whole
 * text.
 *
 * @returns the text itself where it holds none.
 */
export function withoutSecrets(text: string): string {
  const safe = withPreviews(text, mostEncodings);
  return holdsSecret(text, safe) ? hidden : safe;
}

function withPreviews(text: string, encodings: number): string {
  const safe = forms.reduce((rest, each) => rest.replace(each, preview), text);
  const decoded = decodePercent(safe);
  if (decoded === safe || encodings === 0) return safe;
  const deeper = withPreviews(decoded, encodings - 1);
  return deeper === decoded ? safe : deeper;
}

/** The one preview in a text that surrounds it, `Bearer` for example; else the text itself. */
export function onlyPreview(text: string): string {
  const [found, another] = text.match(previews) ?? [];
  return found !== undefined && another === undefined ? found : text;
}

/** Whether a text holds a preview. */
export function holdsPreview(text: string): boolean {
  return text.includes(dots);
}

function preview(_secret: string, prefix: string, rest: string): string {
  const bare = rest.replace(gaps, '');
  return prefix.replace(gaps, '') + bare.slice(0, shown) + dots + bare.slice(-shown);
}

/** Decodes percent-encoded ASCII characters; every secret consists of them. */
function decodePercent(text: string): string {
  return text.replace(/%(?:25)*([0-7][\da-f])/gi, (_, code) => character(code, 16));
}

function character(code: string, radix: number): string {
  const value = Number.parseInt(code, radix);
  return value < 128 ? String.fromCharCode(value) : '';
}

/** The forms of secrets in a text that is reduced to the characters of secrets. */
const bareForms: readonly RegExp[] = [
  /rrk_(?:live|test)_([\w-]{16,43})/gi,
  /rfk_([\w-]{16,91})/gi,
  /rep_([\da-f-]{16,64})/gi,
  /sk-ant-([\w-]{16,200})/gi,
  /whsec_([\w-]{16,200})/gi,
];

/** The number of successive characters that identifies a part of a secret. */
const part = 8;

/** The dots of a preview in a path, where the browser encodes them. */
const encodedDot = /%(?:25)*e2%(?:25)*80%(?:25)*a2/gi;

const previews = /(?:rrk_live_|rrk_test_|rfk_|rep_|sk-ant-|whsec_)\S{4}\u2022{4}\S{4}/gi;

/** Whether the safe text still holds a part of a secret of the given one, however interrupted. */
function holdsSecret(given: string, safe: string): boolean {
  const kept = safe.replace(encodedDot, '\u2022');
  const secrets = [...bareTexts(given.replace(encodedDot, '\u2022')), ...bareTexts(kept)].flatMap(
    (text) =>
      bareForms.flatMap((form) => [...text.matchAll(form)].map(([, secret = '']) => secret)),
  );
  if (secrets.length === 0) return false;
  const left = bareTexts(kept.replace(previews, dots));
  return secrets.some((secret) => {
    for (let start = 0; start + part <= secret.length; start += 1) {
      const some = secret.slice(start, start + part);
      if (left.some((text) => text.includes(some))) return true;
    }
    return false;
  });
}

/** Markup inside a text: tags and comments of HTML, a forum's tags, a terminal's colours. */
const markup = /<[^<>]*>|\p{Cc}\[[\d;]*[a-z]|\[[^[\]]*\]/giu;

/**
 * A text reduced to the characters of secrets: as it stands, decoded, decoded without the escapes
 * of line breaks, and decoded without markup, whose letters would stand within the secret. Dots
 * stay, because a preview ends there.
 */
function bareTexts(text: string): string[] {
  const decoded = decodeAll(text);
  return [text, decoded, decoded.replace(/\\+[nrtvf]/g, ''), decoded.replace(markup, '')].map(
    (each) => each.replace(/[^\w\u2022-]/g, ''),
  );
}

/** Undoes percent-encoding, quoted-printable, HTML entities and escapes, until none is left. */
function decodeAll(text: string): string {
  const decoded = text
    .replace(/[%=](?:25)*([\da-f]{2})/gi, (_, code) => character(code, 16))
    .replace(/&#x0*([\da-f]{1,6});?/gi, (_, code) => character(code, 16))
    .replace(/&#0*(\d{1,7});?/g, (_, code) => character(code, 10))
    .replace(/&(?:lowbar|underbar);/gi, '_')
    .replace(/&(?:hyphen|dash);/gi, '-')
    .replace(/&amp;/gi, '&')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&\w{1,31};/g, '')
    .replace(/\\+u(?:([\da-f]{4})|\{0*([\da-f]{1,6})\})/gi, (_, code, braced) =>
      character(code ?? braced, 16),
    )
    .replace(/\\+x([\da-f]{2})/gi, (_, code) => character(code, 16));
  // Each replacement is shorter than its match, so the recursion ends.
  return decoded === text ? text : decodeAll(decoded);
}
