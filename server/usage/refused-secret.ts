import type { Outcome, Reason } from '../../core/mod.ts';

/** Why a key that is known is refused. */
const refusalReasons = [
  'revoked',
  'expired',
  'disabled',
  'retired',
  'sub_org',
  'address',
  'tier',
  'authority',
  'scope',
  'dialect',
  'environment',
  'rate_limited',
] as const satisfies readonly Reason[];

export type RefusalReason = (typeof refusalReasons)[number];

/** Why a secret was refused, and which one. */
export interface RefusedSecret {
  readonly reason: RefusalReason;
  /** The preview of the secret presented, which may be another than the key's present one. */
  readonly preview: string;
}

/** What to record of an outcome; null when the key was accepted, or is none that is known. */
export function refusedSecret(outcome: Outcome): RefusedSecret | null {
  if (outcome.ok || outcome.key === null) return null;
  const { key } = outcome;
  const reason = refusalReasons.find((each) => each === outcome.reason);
  return reason === undefined ? null : { reason, preview: key.preview };
}
