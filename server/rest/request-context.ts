import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { addressAllowed, type KeyRecord, newId, type RandomSource } from '../../core/mod.ts';
import type { RefusedSecret } from '../usage/refused-secret.ts';
import { clientAddress } from './client-address.ts';

/** The presented key of a request, as noted at verification. */
export interface UsedKey {
  readonly key: KeyRecord;
  /** The route's pattern, for example `/api/v1/repos/{repo_id}`. */
  readonly endpoint: string;
  /** The scope that was needed and granted. */
  readonly scope: string | null;
  /** Verification's refusal; null where it accepted the key. */
  readonly refused: RefusedSecret | null;
  /** Whether the caller gets 401, whatever the answer's status: the key is then no longer valid. */
  readonly isInvalid: boolean;
}

/** The variables of every request. */
export interface RequestVariables {
  /** A trusted proxy's `X-Request-Id`, else `req_` and a ULID; sent back as `X-Request-Id`. */
  requestId: string;
  /** The client's IP address. */
  address: string | undefined;
  /** The origin under which the client reached this server, computed on demand. */
  ownOrigin: () => string;
  /** The authenticated actor, for the log: `user:ID`, `key:ID`; never a credential. */
  actor: string | undefined;
  /** The key that was presented and found. */
  usedKey: UsedKey | undefined;
}

/** Hono's environment of this app. */
export interface AppEnvironment {
  Bindings: HttpBindings;
  Variables: RequestVariables;
}

/** Sets a request's variables; forwarding headers count only from a trusted proxy. */
export function setRequestVariables(
  c: Context<AppEnvironment>,
  trustedProxies: readonly string[],
  idRandomness: RandomSource,
): void {
  const { incoming } = c.env;
  const peer = incoming.socket.remoteAddress;
  const isProxied = trustedProxies.length > 0 && addressAllowed(trustedProxies, peer);
  const given = isProxied ? c.req.header('x-request-id') : undefined;
  const isKept = given !== undefined && /^[\w.:/+=-]{1,128}$/.test(given);
  const forwardedFor = isProxied ? (c.req.header('x-forwarded-for') ?? null) : null;
  c.set('requestId', isKept ? given : newId('req', Date.now(), idRandomness));
  c.set('address', clientAddress(peer, forwardedFor, trustedProxies));
  c.set('ownOrigin', () => {
    const url = new URL(c.req.url);
    const protocol = (isProxied && c.req.header('x-forwarded-proto')) || url.protocol.slice(0, -1);
    const host = (isProxied && c.req.header('x-forwarded-host')) || url.host;
    return `${protocol}://${host}`;
  });
}
