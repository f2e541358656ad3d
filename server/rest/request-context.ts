import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
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

/** One request on its way through the server, and the notes that its record and log are made of. */
export interface Exchange {
  readonly request: Request;
  readonly incoming: IncomingMessage;
  /** A trusted proxy's `X-Request-Id`, else `req_` and a ULID; sent back as `X-Request-Id`. */
  readonly requestId: string;
  /** The client's IP address. */
  readonly address: string | undefined;
  /** The origin under which the client reached this server. */
  readonly ownOrigin: () => string;
  /** The pattern of the route that answers, for the log. */
  route: string;
  /** The key that was presented and found. */
  usedKey: UsedKey | undefined;
}

/** Hono's environment of this app. */
export interface AppEnvironment {
  Bindings: HttpBindings & { readonly exchange: Exchange };
}

/** Begins an exchange; forwarding headers count only from a trusted proxy. */
export function beginExchange(
  request: Request,
  incoming: IncomingMessage,
  {
    trustedProxies,
    idRandomness,
    now,
  }: {
    readonly trustedProxies: readonly string[];
    readonly idRandomness: RandomSource;
    /** Unix milliseconds. */
    readonly now: number;
  },
): Exchange {
  const peer = incoming.socket.remoteAddress;
  const isProxied = trustedProxies.length > 0 && addressAllowed(trustedProxies, peer);
  const forwarded = (name: string) => (isProxied ? request.headers.get(name) : null);
  const given = forwarded('x-request-id');
  const isKept = given !== null && /^[\w.:/+=-]{1,128}$/.test(given);
  return {
    request,
    incoming,
    requestId: isKept ? given : newId('req', now, idRandomness),
    address: clientAddress(peer, forwarded('x-forwarded-for'), trustedProxies),
    ownOrigin() {
      const url = new URL(request.url);
      const protocol = forwarded('x-forwarded-proto') || url.protocol.slice(0, -1);
      return `${protocol}://${forwarded('x-forwarded-host') || url.host}`;
    },
    route: '',
    usedKey: undefined,
  };
}
