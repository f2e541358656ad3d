import { setImmediate } from 'node:timers/promises';

/**
 * Any text in a key's format, imported keys included; a lookahead, because one match may begin
 * inside another.
 */
const form =
  /(?:rrk_(?:live|test)_(?=([\w-]{43}))|rfk_(?=([0-7][0-9A-HJKMNP-TV-Z]{25}_[\da-f]{64}))|rep_(?=([\da-f]{64})))/g;

/** Maximum number of percent-decoding passes. */
const maxDecodings = 2;

/**
 * Bytes and matches per step, before other requests get their turn; a match counts as more than a
 * byte.
 */
const maxStep = 1024 * 1024;
const matchCost = 256;

const percent = 0x25;
const equals = 0x3d;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * Finds keys in pasted texts: in prose, quotes, assignments, headers and URLs, percent-encoded up
 * to twice, or broken by quoted-printable's soft line breaks.
 *
 * Each text is read a fixed number of times, so the work is proportional to its length.
 *
 * @param max - maximum of results; the search ends there.
 * @returns texts in a key's format, each once, in the order found.
 */
export async function findKeys(texts: readonly string[], max: number): Promise<string[]> {
  const found = new Set<string>();
  const pause = createPause();
  for (const text of texts) {
    for (const [prefix, ...rests] of (await decoded(text, pause)).matchAll(form)) {
      found.add(`${prefix}${rests.find((rest) => rest !== undefined)}`);
      if (found.size === max) return [...found];
      await pause(matchCost);
    }
  }
  return [...found];
}

type Pause = (work: number) => Promise<void> | void;

/** Waits for the event loop's next round after each step's worth of work. */
function createPause(): Pause {
  let done = 0;
  return (work) => {
    done += work;
    if (done < maxStep) return;
    done = 0;
    return setImmediate();
  };
}

/**
 * A text without soft line breaks and percent-encoding. A key in plain form is preserved: its first
 * character is no hexadecimal digit, and it holds neither `%` nor `=`.
 */
async function decoded(text: string, pause: Pause): Promise<string> {
  let bytes: Uint8Array = Buffer.from(text);
  await pause(bytes.length);
  bytes = withoutSoftBreaks(bytes);
  for (let times = 0; times < maxDecodings && bytes.includes(percent); times += 1) {
    await pause(bytes.length);
    bytes = withoutSoftBreaks(withoutPercents(bytes));
  }
  await pause(bytes.length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Decodes percent-encoding once, in place. */
function withoutPercents(bytes: Uint8Array): Uint8Array {
  let to = 0;
  for (let from = 0; from < bytes.length; from += 1) {
    let byte = bytes[from] ?? 0;
    if (byte === percent && from + 2 < bytes.length) {
      const high = digits[bytes[from + 1] ?? 0] ?? -1;
      const low = digits[bytes[from + 2] ?? 0] ?? -1;
      if (high >= 0 && low >= 0) {
        byte = 16 * high + low;
        from += 2;
      }
    }
    bytes[to] = byte;
    to += 1;
  }
  return bytes.subarray(0, to);
}

/** Joins the lines that quoted-printable broke (RFC 2045, section 6.7), in place. */
function withoutSoftBreaks(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(equals)) return bytes;
  let to = 0;
  for (let from = 0; from < bytes.length; from += 1) {
    const byte = bytes[from] ?? 0;
    if (byte === equals) {
      const end = bytes[from + 1] === carriageReturn ? from + 2 : from + 1;
      if (bytes[end] === lineFeed) {
        from = end;
        continue;
      }
    }
    bytes[to] = byte;
    to += 1;
  }
  return bytes.subarray(0, to);
}

/** The value of each byte that is a hexadecimal digit; -1 for any other. */
const digits = Int8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[\da-f]/i.test(character) ? Number.parseInt(character, 16) : -1;
});
