import { addressAllowed } from '../../core/mod.ts';

/**
 * The client's IP address: the socket's, unless that is a trusted proxy. Then the last address in
 * `X-Forwarded-For` that is no trusted proxy, because only what trusted proxies appended is true.
 *
 * @param peer - the socket's address; undefined when the socket is gone.
 * @param forwardedFor - the header's value, or null.
 * @param trustedProxies - CIDR blocks.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  trustedProxies: readonly string[],
): string | undefined {
  if (peer === undefined || forwardedFor === null || !addressAllowed(trustedProxies, peer)) {
    return peer;
  }
  const hops = forwardedFor.split(',').map((hop) => hop.trim());
  return hops.findLast((hop) => !addressAllowed(trustedProxies, hop)) ?? hops[0];
}
