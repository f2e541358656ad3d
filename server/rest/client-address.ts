import { addressAllowed, parseCidr } from '../../core/mod.ts';

/**
 * The client's IP address: the socket's, unless that is a trusted proxy. Then the last address in
 * `X-Forwarded-For` that is no trusted proxy, because only what trusted proxies appended is true.
 * An entry that is no address does not count: the proxy that added it counts in its place. Some
 * proxies append the client's port, and put an IPv6 address in brackets.
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
  let nearest = peer;
  for (const hop of forwardedFor.split(',').reverse()) {
    const address = withoutPort(hop.trim());
    if (address.includes('/') || parseCidr(address) === null) return nearest;
    nearest = address;
    if (!addressAllowed(trustedProxies, address)) return nearest;
  }
  return nearest;
}

function withoutPort(hop: string): string {
  const [, v6, v4] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(hop) ?? [];
  return v6 ?? v4 ?? hop;
}
