import { parseCidr } from '../../core/mod.ts';

/**
 * The name under which an address is counted. An IPv6 client has a whole /64 to itself and could come
 * from another address each time, so that block is counted as one.
 */
export function addressName(address: string): string {
  const block = parseCidr(address);
  if (block === null) return address;
  const { family, groups } = block;
  if (family === 4) return groups.join('.');
  return groups.slice(...(isTranslated(groups) ? [6] : [0, 4])).join('.');
}

/** 64:ff9b::/96 holds IPv4 clients behind a translator (RFC 6052): each counts as its IPv4 address. */
function isTranslated(groups: readonly number[]): boolean {
  return [0x64, 0xff9b, 0, 0, 0, 0].every((group, index) => groups[index] === group);
}
