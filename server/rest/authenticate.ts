import type { MiddlewareHandler } from 'hono';
import { allEnvironments, type Dialect, type Outcome, type Verifier } from '../../core/mod.ts';
import { presentMembership } from '../clerk/membership.ts';
import type { Database } from '../database/database.ts';
import type { Access, Caller } from '../operations/access.ts';
import type { Entrance } from '../operations/principal.ts';
import type { AddressLimit } from '../rate-limits/address-limit.ts';
import {
  apiKeyCredentialFrom,
  type CookieRules,
  isSessionToken,
  sessionCredentialFrom,
} from '../sessions/credential.ts';
import type { SessionVerifier } from '../sessions/session.ts';
import type { AppEnvironment } from './request-context.ts';

/** For the paths of each dialect: its keys only. */
const ownKeys: { readonly [D in Dialect]: readonly Dialect[] } = {
  reporisk: ['reporisk'],
  platform: ['platform'],
  repurai: ['repurai'],
};

/** The dialects of the data plane's keys. */
export const reporiskOnly = ownKeys.reporisk;

/** Identifies the sender of a request. */
export type Authenticate = (request: Request, access: Access, from: Sender) => Promise<Caller>;

/** The facts of a request that only the wiring knows. */
export interface Sender {
  /** The client's IP address; undefined when it is unknown. */
  readonly address: string | undefined;
  /** The origin under which the client reached this server. */
  readonly ownOrigin: () => string;
  /** The dialect whose paths were called; `reporisk` when absent. */
  readonly dialect?: Entrance['dialect'] | undefined;
  /** Gets verification's outcome for a key, also where a limit answers in its place. */
  readonly noteKey: (outcome: Outcome) => void;
}

/**
 * Makes the authenticator: a bearer token with two dots is a session, any other an API key.
 *
 * @param authorizedParties - origins whose pages may act with the session cookie.
 */
export function createAuthenticate(parts: {
  readonly database: Database;
  readonly verifier: Verifier;
  readonly sessions: SessionVerifier;
  readonly authorizedParties: CookieRules['authorizedParties'];
  readonly now: () => number;
  /** Resolves when everything committed so far holds on every process. */
  readonly propagated: () => Promise<void>;
  /**
   * Counts, per address, keys that were refused with 401 and session tokens that the issuer did not
   * sign; throws 429 in its place beyond the limit. An address beyond it has no further signature
   * verified; its sessions that are known already, and its keys, still work.
   */
  readonly failures: AddressLimit;
}): Authenticate {
  const { database, verifier, sessions, authorizedParties = [], now, propagated, failures } = parts;

  async function session(token: string, address: string | undefined): Promise<Caller> {
    const verified = await sessions.verify(token, {
      check: () => failures.check(address),
      count: () => failures.count(address),
    });
    if (verified === null) return { kind: 'nobody', credential: 'invalid' };
    const membership = await presentMembership(database, verified, now, propagated);
    return { kind: 'session', session: verified, membership };
  }

  return async (request, access, { address, ownOrigin, noteKey, dialect: own }) => {
    const dialect: Dialect = own ?? 'reporisk';
    if (access.plane === 'anyone') return { kind: 'nobody', credential: 'missing' };
    const takesSessions = dialect !== 'repurai';
    const credential = takesSessions
      ? sessionCredentialFrom(request, { authorizedParties, ownOrigin })
      : apiKeyCredentialFrom(request);
    if (credential.kind === 'missing') return { kind: 'nobody', credential: 'missing' };
    if (credential.kind === 'cookie') return session(credential.token, address);
    if (credential.kind === 'bearer' && takesSessions && isSessionToken(credential.token)) {
      return session(credential.token, address);
    }
    if (credential.kind === 'invalid') {
      // A page that may not use the cookie does not count as an attempt at a key.
      const isAttempt = request.headers.has('authorization') || !takesSessions;
      if (isAttempt) await failures.count(address);
      return { kind: 'nobody', credential: 'invalid' };
    }
    const scope = access.plane === 'data' ? access.scope : null;
    const outcome = await verifier.verify(credential.token, {
      dialects: ownKeys[dialect],
      // The product's own calls serve sandbox keys with sandbox records.
      environments: allEnvironments,
      address,
      ...(scope === null ? {} : { scope }),
    });
    noteKey(outcome);
    if (!outcome.ok && outcome.refusal.status === 401) await failures.count(address);
    return { kind: 'key', outcome };
  };
}

/**
 * Counts, per address, messages whose signature is wrong, as keys that are refused are counted:
 * beyond the limit 429 comes in place of the refusal. A correctly signed message passes, regardless
 * of other messages from its address.
 *
 * @param refusal - the status of that refusal.
 */
export function limitUnsigned(
  failures: AddressLimit,
  refusal: number,
): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    await next();
    if (c.res.status === refusal) await failures.count(c.env.exchange.address);
  };
}
