/** The characters that no name holds: a reader would not see them, or would see another name. */
const invisible = [
  '\\u0000-\\u001f\\u007f-\\u009f', // controls, line breaks among them
  '\\u2028\\u2029', // line and paragraph separators
  '\\u202a-\\u202e\\u2066-\\u2069', // changes of direction
  '\\ufeff', // byte order mark
  '\\u{e0000}-\\u{e007f}', // tags
  '\\p{Cs}', // halves of a character
].join('');

const invisibleInNames = new RegExp(`[${invisible}]`, 'u');
const invisibleInTexts = new RegExp(`(?![\\t\\n])[${invisible}]`, 'u');
const everyInvisible = new RegExp(`[${invisible}]`, 'gu');
const everyInvisibleInTexts = new RegExp(`(?![\\t\\n])[${invisible}]`, 'gu');
const visible = /[^\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** The longest name from outside, in code points. */
const longestForeignName = 200;

/** Whether a name, or a text that may have line breaks and tabs, holds invisible characters. */
export function holdsInvisible(value: string, may: { readonly breakLines: boolean }): boolean {
  return (may.breakLines ? invisibleInTexts : invisibleInNames).test(value);
}

/** Whether any character of a name is visible. */
export function isVisible(name: string): boolean {
  return visible.test(name);
}

/** UTF-16 units that one character of a composed text can come from: four code points. */
const maxUnits = 8;

/**
 * The stored form of a name: composed (NFC), without white space around it. A name that is too long
 * in any form stays unchanged: composing takes quadratic time in a run of combining marks, and a
 * megabyte of them would hold the process for a minute.
 *
 * @param maximum - the most code points of the name.
 */
export function normalizedName(name: string, maximum: number): string {
  const trimmed = name.trim();
  return trimmed.length > maxUnits * maximum ? trimmed : trimmed.normalize('NFC').trim();
}

/**
 * A name from outside, by the rules for names and cut to 200 characters.
 *
 * @param otherwise - the replacement when no character of it is visible.
 */
export function cleanedName<Otherwise>(name: unknown, otherwise: Otherwise): string | Otherwise {
  if (typeof name !== 'string') return otherwise;
  const seen = name.slice(0, 10_000).replace(everyInvisible, '').trim();
  const cleaned = normalizedName(seen.slice(0, maxUnits * longestForeignName), longestForeignName);
  if (!isVisible(cleaned)) return otherwise;
  return [...cleaned].slice(0, longestForeignName).join('').trim();
}

/** A name for display: one from before the rules has `\u{…}` in place of invisible characters. */
export function shownName(name: string): string {
  return invisibleInNames.test(name) ? name.replace(everyInvisible, escaped) : name;
}

/** Lines for a terminal: nothing in them moves its cursor, changes its title or hides what follows. */
export function printable(lines: string): string {
  return lines.replace(everyInvisibleInTexts, escaped);
}

/** A text that may have line breaks and tabs, with U+FFFD in place of invisible characters. */
export function withoutInvisible(text: string): string {
  return text.replace(everyInvisibleInTexts, '\ufffd');
}

/** JSON for a terminal, with the same meaning. */
export function printableJson(json: string): string {
  return json.replace(everyInvisible, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
