import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/addresses.ts';
import type { Database } from '../database/database.ts';
import { Organization } from '../database/entities/organization.ts';

/**
 * Refuses to serve a database with real organizations in demo mode, where anyone can sign in.
 *
 * @throws {Error} with one line for the operator.
 */
export async function assertDemoAllowed(database: Database): Promise<void> {
  const real = await database.read().count(Organization, { isDemo: false });
  if (real === 0) return;
  throw new Error(
    `demo mode serves only demo organizations, and this database holds ${real} other(s): ` +
      'set CLERK_JWT_KEY, or use another DATABASE_URL',
  );
}

const forwarding =
  /^(forwarded|via|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|fly-client-ip|x-original-host|x-envoy-.+|x-forwarded-.+)$/;

/**
 * The refusal of a request in demo mode: a request that came through a proxy, or under another name
 * than this machine's, may come from anyone, also by way of a browser (DNS rebinding).
 *
 * @returns the text for a 403, or null when the request may go on.
 */
export function demoRefusal(headers: IncomingHttpHeaders): string | null {
  if (!isLoopback(headers.host ?? '')) return 'Demo mode answers on localhost only';
  return isForwarded(headers) ? 'Demo mode does not answer forwarded requests' : null;
}

/** Whether a request's headers show that it came through a proxy. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (forwarding.test(name)) return true;
  return false;
}
