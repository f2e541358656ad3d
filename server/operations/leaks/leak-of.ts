import { createHash } from 'node:crypto';
import type { Services } from '../operation.ts';
import type { Leak } from './take-back.ts';

/** A leaked text by its digest: SHA-256, hexadecimal, and what it may be stored under. */
export function leakOf(
  { schemes }: Services,
  token: string,
  places: readonly string[] = [],
): { readonly digest: string; readonly leak: Leak } {
  const digest = createHash('sha256').update(token).digest('hex');
  return {
    digest,
    leak: { lookups: schemes.map((scheme) => scheme.lookup(digest)), places },
  };
}
