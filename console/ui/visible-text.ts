/** Characters that hide or reorder what stands around them; tabs and line breaks are none. */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text of an untrusted source as it is, with every hidden character named: evidence could
 * otherwise read differently from what a program reads.
 */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(hidden, (character) => `⟨U+${hexOf(character)}⟩`);
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
