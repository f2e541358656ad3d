import { isIP, type LookupFunction } from 'node:net';

/**
 * A lookup with a fixed result: the connection goes to the addresses that were judged, even if DNS
 * changes between the judgement and the connection.
 *
 * @param addresses - at least one.
 */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first = { address: '', family: 4 }] = all;
  return (_hostname, { all: wantsAll }, callback) => {
    if (wantsAll) callback(null, all);
    else callback(null, first.address, first.family);
  };
}
