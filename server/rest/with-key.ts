import {
  credentialFrom,
  type KeyRecord,
  type Outcome,
  type Refusal,
  refusals,
} from '../../core/mod.ts';
import type { RateLimitFields, RateLimits } from '../rate-limits/rate-limits.ts';
import { InvalidInput, Problem, refused } from '../wire/problem.ts';
import { expiryField, expiryFieldOf } from './key-expiry.ts';
import { answerTo, problemResponse } from './problem-response.ts';
import { noteKey } from './record-usage.ts';
import type { Exchange } from './request-context.ts';

type Answer = Response | Promise<Response>;
type Fields = Readonly<Record<string, string>>;

/** A call that needs a key and nothing else. */
export interface KeyCall {
  /** The route's pattern, as usage records it. */
  readonly endpoint: string;
  /** The scope that the call asks of the key; null for none. */
  readonly scope: string | null;
  /** Verifies the presented token, and the call's other demands. */
  readonly verify: (token: string, exchange: Exchange) => Outcome | Promise<Outcome>;
  /** The answer to an accepted key, with the fields of its limits and its end. */
  readonly respond: (key: KeyRecord, exchange: Exchange, fields: Fields) => Response;
}

/**
 * Makes the step before the calls that need only a verification. It answers synchronously where
 * verification and limits do: the step must not cost more than the verification itself.
 */
export function createKeyCheck({
  admit,
  failures,
}: RateLimits): (exchange: Exchange, call: KeyCall) => Answer {
  function admitted(exchange: Exchange, key: KeyRecord, respond: KeyCall['respond']): Answer {
    const expiry = expiryField(key);
    const answer = (limits: RateLimitFields) => {
      const fields = { ...limits, ...expiry };
      try {
        return respond(key, exchange, fields);
      } catch (error) {
        return problem(exchange, error, fields);
      }
    };
    try {
      const fields = admit(key);
      if (!(fields instanceof Promise)) return answer(fields);
      return fields.then(answer, (error) => problem(exchange, error, expiry));
    } catch (error) {
      return problem(exchange, error, expiry);
    }
  }

  async function refuse(
    exchange: Exchange,
    refusal: Refusal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response> {
    try {
      if (refusal.status === 401) await failures.count(exchange.address);
      return problem(exchange, refused(refusal, headers));
    } catch (error) {
      return problem(exchange, error);
    }
  }

  function problem(
    exchange: Exchange,
    error: unknown,
    fields: Readonly<Record<string, string>> = {},
  ): Response {
    if (!(error instanceof Problem || error instanceof InvalidInput)) throw error;
    const answer = answerTo(error, exchange.requestId, () => []);
    return problemResponse({ ...answer, headers: { ...fields, ...answer.headers } });
  }

  return (exchange, { endpoint, scope, verify, respond }) => {
    const credential = credentialFrom(exchange.request.headers);
    if (credential.kind === 'missing') return problem(exchange, refused(refusals.missing_key));
    if (credential.kind === 'invalid') return refuse(exchange, refusals.invalid_key);
    const judge = (outcome: Outcome): Answer => {
      noteKey(exchange, outcome, endpoint, scope);
      if (outcome.ok) return admitted(exchange, outcome.key, respond);
      return refuse(exchange, outcome.refusal, { ...expiryFieldOf(outcome), ...outcome.headers });
    };
    const outcome = verify(credential.token, exchange);
    return outcome instanceof Promise ? outcome.then(judge) : judge(outcome);
  };
}
