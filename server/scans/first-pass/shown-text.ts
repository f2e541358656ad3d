/**
 * A text from a repository as people may read it: one line, characters that show nothing or change
 * the order of others escaped.
 */
export function shownText(text: string, maxLength = 300): string {
  const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Variation_Selector}/gu;
  return text
    .slice(0, maxLength)
    .replaceAll(/[\t\r\n]+/g, ' ')
    .replace(unseen, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}
