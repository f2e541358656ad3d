import type { Outcome, Reason } from '../../core/mod.ts';

/** Reasons for refusing a known key. */
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
  'project',
  'dialect',
  'environment',
  'rate_limited',
] as const satisfies readonly Reason[];

export type RefusalReason = (typeof refusalReasons)[number];

/** A refusal's reason and its secret. */
export interface RefusedSecret {
  readonly reason: RefusalReason;
  /** The preview of the presented secret, which may differ from the key's present one. */
  readonly preview: string;
}

/** The refusal to record for an outcome; null when the key was accepted, or is unknown. */
export function refusedSecret(outcome: Outcome): RefusedSecret | null {
  if (outcome.ok || outcome.key === null) return null;
  const { key } = outcome;
  const reason = refusalReasons.find((each) => each === outcome.reason);
  return reason === undefined ? null : { reason, preview: key.preview };
}
