import { parseCidr } from '../../core/mod.ts';

/**
 * The name under which an address is counted. An IPv6 client has a whole /64 to itself and could come
 * from another address each time, so that block is counted as one.
 */
export function addressName(address: string): string {
  const block = parseCidr(address);
  if (block === null) return address;
  return (block.family === 6 ? block.groups.slice(0, 4) : block.groups).join('.');
}
