import {
  type Accepted,
  type KeyRecord,
  type Outcome,
  refusals,
  type Verifier,
  type VerifyRequest,
} from '../../core/mod.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { keptText } from '../usage/key-call.ts';
import { refusedSecret } from '../usage/refused-secret.ts';
import type { UsageSink } from '../usage/usage-recorder.ts';
import { Problem } from '../wire/problem.ts';

/** The services around an embedded verifier. */
export interface EmbeddedOptions {
  readonly verifier: Pick<Verifier, 'verify'>;
  /** Null where use is not recorded. */
  readonly usage: UsageSink | null;
  /** Null where limits are not counted. */
  readonly limits: Pick<RateLimits, 'admit'> | null;
  readonly onOutcome: ((outcome: Outcome, request: VerifyRequest | undefined) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** Placeholders for the parts of a call that the embedding service did not pass. */
const untold = { endpoint: '-', method: '-', userAgent: null };

/**
 * Verifies as the server does: an accepted request counts against the key's limit, and every use
 * that the server would record is recorded. Like the verifier's own, it neither throws nor rejects,
 * and answers synchronously where verifier and limits do.
 */
export function withLimitsAndUsage(parts: EmbeddedOptions): Verifier['verify'] {
  const { verifier, usage, limits, onOutcome, onError } = parts;

  function admit(accepted: Accepted): Outcome | Promise<Outcome> {
    const refuse = (error: unknown) => overLimit(accepted.key, error);
    try {
      const admitted = limits?.admit(accepted.key);
      return admitted instanceof Promise ? admitted.then(() => accepted, refuse) : accepted;
    } catch (error) {
      return refuse(error);
    }
  }

  function overLimit(key: KeyRecord, error: unknown): Outcome {
    if (error instanceof Problem) {
      const headers = Object.freeze({ ...error.headers });
      const refusal = refusals.rate_limited;
      return Object.freeze({ ok: false, refusal, reason: 'rate_limited', key, headers });
    }
    onError(error);
    const refusal = refusals.unavailable;
    return Object.freeze({ ok: false, refusal, reason: 'unavailable', key: null });
  }

  function conclude(outcome: Outcome, request: VerifyRequest | undefined, began: number): Outcome {
    try {
      record(outcome, request, began);
      const told: unknown = onOutcome?.(outcome, request);
      // The promise of an async callback; unhandled, its rejection would end the process.
      if (told !== undefined) Promise.resolve(told).catch(onError);
    } catch (error) {
      onError(error);
    }
    return outcome;
  }

  /** As for the server's own calls, a key with a 401 counts as tried, not as used. */
  function record(outcome: Outcome, request: VerifyRequest | undefined, began: number): void {
    const { key } = outcome;
    const statusCode = outcome.ok ? 200 : outcome.refusal.status;
    if (usage === null || key === null) return;
    const { endpoint, method, userAgent } = request?.call ?? untold;
    usage.record({
      at: Date.now(),
      keyId: key.id,
      orgId: key.organization.id,
      endpoint: keptText(endpoint, 'endpoint') ?? '-',
      method: keptText(method, 'method') ?? '-',
      statusCode,
      durationMs: performance.now() - began,
      requestId: '-',
      ipAddress: keptText(request?.address, 'address'),
      userAgent: keptText(userAgent, 'userAgent'),
      scope: outcome.ok ? (request?.scope ?? null) : null,
      retiresAt: key.secretExpiresAt,
      refused: refusedSecret(outcome),
    });
  }

  function limit(
    outcome: Outcome,
    request: VerifyRequest | undefined,
    began: number,
  ): Outcome | Promise<Outcome> {
    const isLimited = outcome.ok && limits !== null && outcome.key.rateLimit !== null;
    const admitted = isLimited ? admit(outcome) : outcome;
    return admitted instanceof Promise
      ? admitted.then((later) => conclude(later, request, began))
      : conclude(admitted, request, began);
  }

  if (usage === null && limits === null && onOutcome === undefined) return verifier.verify;
  return (key, request) => {
    const began = usage === null ? 0 : performance.now();
    const outcome = verifier.verify(key, request);
    return outcome instanceof Promise
      ? outcome.then((later) => limit(later, request, began))
      : limit(outcome, request, began);
  };
}
