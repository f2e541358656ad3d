import type { Deed } from '../../audit/deed.ts';

/** The outcome of repeating a lost deed. */
export type DeedOutcome =
  /** It was repeated; the log has to record it again. */
  | { readonly kind: 'done'; readonly deed: Deed; readonly revokedKeys: number }
  /** The database holds it already. */
  | { readonly kind: 'held' }
  /** It stays lost; a description, and the operator's task. */
  | { readonly kind: 'left'; readonly advice: string };

/** At least one for each deed: no entry of a journal is skipped silently. */
export type DeedOutcomes = readonly [DeedOutcome, ...DeedOutcome[]];

export const held: DeedOutcome = { kind: 'held' };

export function left(advice: string): DeedOutcome {
  return { kind: 'left', advice };
}

/** @param revokedKeys - null where nothing had to be done. */
export function done(deed: Deed, revokedKeys: number | null): DeedOutcome {
  return revokedKeys === null ? held : { kind: 'done', deed, revokedKeys };
}
