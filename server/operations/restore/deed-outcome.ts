import type { Deed } from '../../audit/deed.ts';

/** What repeating a lost deed came to. */
export type DeedOutcome =
  /** It was done once more; the log has to say it again. */
  | { readonly kind: 'done'; readonly deed: Deed; readonly revokedKeys: number }
  /** The database holds it already. */
  | { readonly kind: 'held' }
  /** It stays lost; what that is and what the operator has to do. */
  | { readonly kind: 'left'; readonly advice: string };

/** At least one for each deed: nothing of a journal is passed over in silence. */
export type DeedOutcomes = readonly [DeedOutcome, ...DeedOutcome[]];

export const held: DeedOutcome = { kind: 'held' };

export function left(advice: string): DeedOutcome {
  return { kind: 'left', advice };
}

/** @param revokedKeys - null where nothing had to be done. */
export function done(deed: Deed, revokedKeys: number | null): DeedOutcome {
  return revokedKeys === null ? held : { kind: 'done', deed, revokedKeys };
}
