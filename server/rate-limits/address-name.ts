import { normalizeCidr, parseCidr } from '../../core/mod.ts';

/**
 * The counter name of an address. An IPv6 client has a whole /64 and could use another address each
 * time, so the block shares one counter.
 */
export function addressName(address: string): string {
  const block = parseCidr(address);
  if (block === null) return address;
  const { family, groups } = block;
  if (family === 4) return groups.join('.');
  return groups.slice(...(isTranslated(groups) ? [6] : [0, 4])).join('.');
}

/**
 * The counted unit as text: an IPv4 address, or the /64 of an IPv6 address, for example
 * `2001:db8:0:1::/64`. Any text that is not an address is returned unchanged.
 */
export function addressBlock(address: string): string {
  const block = parseCidr(address);
  if (block === null) return address;
  const { family, groups } = block;
  if (family === 6 && !isTranslated(groups)) {
    const network = groups.map((group, index) => (index < 4 ? group : 0).toString(16));
    return normalizeCidr(`${network.join(':')}/64`) ?? address;
  }
  return groups
    .slice(-2)
    .map((group) => `${group >> 8}.${group & 0xff}`)
    .join('.');
}

/**
 * 64:ff9b::/96 holds IPv4 clients behind a translator (RFC 6052): each counts as its IPv4 address.
 */
function isTranslated(groups: readonly number[]): boolean {
  return [0x64, 0xff9b, 0, 0, 0, 0].every((group, index) => groups[index] === group);
}
