/** Stands before each word of a stored text. No query holds it, because queries hold no controls. */
const wordMark = '\u0001';

const words = new Intl.Segmenter('en', { granularity: 'word' });

/** A text for comparison: case, composition and kinds of white space folded, in every script. */
function folded(text: string): string {
  return (
    text
      .normalize('NFKC')
      // There and back: ß and ẞ become ss, and every sigma the same.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replace(/ς/g, 'σ')
      .replace(/i\u0307/g, 'i')
      .normalize('NFC')
      .replace(/[\p{White_Space}\p{Cc}]+/gu, ' ')
      .trim()
  );
}

/** The stored form of searchable texts: the texts themselves, and then each of their words. */
export function searchText(texts: readonly (string | null | undefined)[]): string {
  const text = texts.map((each) => folded(each ?? '')).join('\n');
  const starts = [...words.segment(text.replaceAll('_', ' '))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => wordMark + segment);
  return text + starts.join('');
}

/**
 * The substring that a search text must contain: three characters or more match anywhere, fewer at
 * the beginning of a word. Null for an empty query.
 */
export function soughtIn(query: string): string | null {
  const wanted = folded(query);
  if (wanted === '') return null;
  return [...wanted].length < 3 ? wordMark + wanted : wanted;
}
