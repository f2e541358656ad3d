/** The digits of base 62, least first. */
export const base62Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const digitCodes: Uint8Array = Uint8Array.from(base62Digits, (digit) => digit.charCodeAt(0));

/**
 * The character code of a base 62 digit.
 *
 * @param value - 0 to 61.
 * @returns its ASCII code.
 */
export function base62Code(value: number): number {
  return digitCodes[value] ?? 0;
}

/**
 * Writes a number in base 62, most significant digit first, padded with `0` on the left.
 *
 * @param value - a safe integer, not negative.
 * @param width - how many digits to write.
 * @returns exactly `width` characters.
 * @throws {RangeError} when the value is no such integer or does not fit.
 */
export function toBase62(value: number, width: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('value must be an integer');
  let text = '';
  let rest = value;
  for (let place = 0; place < width; place++) {
    text = base62Digits.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  if (rest > 0) throw new RangeError(`value does not fit into ${width} digits`);
  return text;
}
