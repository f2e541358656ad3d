import type { Deed } from '../../audit/deed.ts';

/** What repeating a lost deed came to. */
export type Outcome =
  /** It was done once more; the log has to say it again. */
  | { readonly kind: 'done'; readonly deed: Deed; readonly revokedKeys: number }
  /** The database holds it already. */
  | { readonly kind: 'held' }
  /** It stays lost; what that is and what the operator has to do. */
  | { readonly kind: 'left'; readonly advice: string };

/** At least one for each deed: nothing of a journal is passed over in silence. */
export type Outcomes = readonly [Outcome, ...Outcome[]];

export const held: Outcome = { kind: 'held' };

export function left(advice: string): Outcome {
  return { kind: 'left', advice };
}

/** @param revokedKeys - null where nothing had to be done. */
export function done(deed: Deed, revokedKeys: number | null): Outcome {
  return revokedKeys === null ? held : { kind: 'done', deed, revokedKeys };
}
