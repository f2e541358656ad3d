/** Stands before each word of a stored text. No query holds it, because queries hold no controls. */
const wordMark = '\u0001';

const words = new Intl.Segmenter('en', { granularity: 'word' });

/** A text in which case, composition and kinds of white space make no difference, in every script. */
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

/** What is stored of texts, to be searched: they themselves, and then each of their words. */
export function searchText(texts: readonly (string | null | undefined)[]): string {
  const text = texts.map((each) => folded(each ?? '')).join('\n');
  const starts = [...words.segment(text.replaceAll('_', ' '))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => wordMark + segment);
  return text + starts.join('');
}

/**
 * What a search text has to contain: three characters or more may stand anywhere in it, fewer at the
 * beginning of a word. Null where nothing is asked for.
 */
export function soughtIn(query: string): string | null {
  const wanted = folded(query);
  if (wanted === '') return null;
  return [...wanted].length < 3 ? wordMark + wanted : wanted;
}
