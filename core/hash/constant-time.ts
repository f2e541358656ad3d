/**
 * Compares two texts in a time that depends on their lengths only, never on where they differ.
 *
 * @param a - one text.
 * @param b - the other.
 * @returns true when they are equal.
 * @example
 * ```ts
 * import { constantTimeEqual } from '@reporisk/api-access/core';
 * constantTimeEqual('00ff', '00ff'); // true
 * ```
 */
export function constantTimeEqual(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
