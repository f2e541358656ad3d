import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from '../wire/public-address.ts';

/** Permitted targets of requests whose address a customer chose. Injected: tests use loopback. */
export interface TargetPolicy {
  /** `https:` only, outside tests. */
  readonly protocols: readonly string[];
  /** Whether an address may be connected to. */
  permits(address: string): boolean;
  /**
   * A name's addresses.
   *
   * @throws when it has none.
   */
  resolve(hostname: string): Promise<readonly string[]>;
}

/** The internet and nothing else: no private, loopback, link-local or otherwise special network. */
export const publicTargets: TargetPolicy = {
  protocols: ['https:'],
  permits: isPublicAddress,
  async resolve(hostname) {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  },
};

/** The permitted addresses of a host. */
export interface Target {
  /**
   * Empty when the name has no address, or one that is not permitted: such a name has no legitimate
   * use.
   */
  readonly addresses: readonly string[];
  /** True when an address is not permitted. */
  readonly refused: boolean;
}

/** The addresses of a URL's host: a literal address, or the name's resolution. */
export async function addressesOf(url: URL, policy: TargetPolicy): Promise<Target> {
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(hostname) ? [hostname] : await policy.resolve(hostname).catch(() => []);
  const refused = !addresses.every((address) => policy.permits(address));
  return { addresses: refused ? [] : addresses, refused };
}
