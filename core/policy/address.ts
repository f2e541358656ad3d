/** A block of IP addresses. */
export interface Cidr {
  /** The version of IP. */
  readonly family: 4 | 6;
  /** The block's first address as 16-bit groups: two for IPv4, eight for IPv6. */
  readonly groups: readonly number[];
  /** How many leading bits all addresses of the block share. */
  readonly prefixLength: number;
}

type Address = Pick<Cidr, 'family' | 'groups'>;

const longestText = '0000:0000:0000:0000:0000:ffff:255.255.255.255/128'.length;

function parseOctet(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return null;
  const value = Number(text);
  return value <= 255 ? value : null;
}

/** Dotted decimal without leading zeros, which some systems read as octal. */
function parseIPv4(text: string): number[] | null {
  const octets = text.split('.').map(parseOctet);
  const [a, b, c, d] = octets;
  if (octets.length !== 4 || a == null || b == null || c == null || d == null) return null;
  return [a * 256 + b, c * 256 + d];
}

/** Colon-separated groups; an embedded IPv4 address counts as two, and only where it comes last. */
function parseGroups(text: string, mayEndInIPv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const last = mayEndInIPv4 && index === parts.length - 1;
      const embedded = last ? parseIPv4(part) : null;
      if (embedded === null) return null;
      for (const group of embedded) groups.push(group);
    }
  }
  return groups;
}

/** The text forms of RFC 4291, section 2.2. */
function parseIPv6(text: string): number[] | null {
  const [before = '', after, more] = text.split('::');
  if (more !== undefined) return null;
  if (after === undefined) {
    const groups = parseGroups(before, true);
    return groups?.length === 8 ? groups : null;
  }
  const head = parseGroups(before, false);
  const tail = parseGroups(after, true);
  if (head === null || tail === null || head.length + tail.length > 7) return null;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseAddress(text: string): Address | null {
  const family = text.includes(':') ? 6 : 4;
  const groups = family === 6 ? parseIPv6(text) : parseIPv4(text);
  return groups && { family, groups };
}

function parseLength(text: string, longest: number): number | null {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return null;
  const value = Number(text);
  return value <= longest ? value : null;
}

/** The part of a 16-bit group that lies behind the first bits of an address. */
function hostMask(prefixLength: number, group: number): number {
  return 0xffff >> Math.min(16, Math.max(0, prefixLength - group * 16));
}

/** `::ffff:a.b.c.d` is how a dual-stack socket names an IPv4 client (RFC 4291, section 2.5.5.2). */
function isMapped(groups: readonly number[]): boolean {
  return groups.length === 8 && groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff;
}

/**
 * Parses a CIDR block; a bare address is the block of itself alone. Strict: decimal octets without
 * leading zeros, no zone, no spaces. A block whose address has bits behind the prefix
 * (`10.0.0.5/8`) is refused: it is more often a typing error than meant. A block of IPv4-mapped
 * IPv6 addresses is the IPv4 block it stands for.
 *
 * @param text - for example `203.0.113.0/24` or `2001:db8::/32`.
 * @returns the block, or null when the text is none.
 * @example
 * ```ts
 * import { parseCidr } from '@reporisk/api-access/core';
 * parseCidr('203.0.113.0/24')?.prefixLength; // 24
 * parseCidr('203.0.113.7/24'); // null
 * ```
 */
export function parseCidr(text: string): Cidr | null {
  if (typeof text !== 'string' || text.length > longestText) return null;
  const [addressText = '', lengthText, more] = text.split('/');
  const address = parseAddress(addressText);
  if (address === null || more !== undefined) return null;

  const { family, groups } = address;
  const longest = family === 4 ? 32 : 128;
  const prefixLength = lengthText === undefined ? longest : parseLength(lengthText, longest);
  if (prefixLength === null) return null;
  if (groups.some((group, index) => (group & hostMask(prefixLength, index)) !== 0)) return null;

  if (prefixLength >= 96 && isMapped(groups)) {
    return { family: 4, groups: groups.slice(6), prefixLength: prefixLength - 96 };
  }
  return { family, groups, prefixLength };
}

/** RFC 5952, section 4.2: `::` for the longest run of at least two zero groups, the first of equals. */
function formatIPv6(groups: readonly number[]): string {
  let start = 0;
  let length = 1;
  for (let from = 0; from < groups.length; from++) {
    let to = from;
    while (groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length === 1) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/**
 * The one canonical text of a CIDR block, always with its prefix length; IPv6 as in RFC 5952.
 *
 * @param text - a CIDR block or a bare address.
 * @returns the canonical text, or null when the text is no block.
 * @example
 * ```ts
 * import { normalizeCidr } from '@reporisk/api-access/core';
 * normalizeCidr('203.0.113.7'); // '203.0.113.7/32'
 * normalizeCidr('2001:DB8:0:0::/32'); // '2001:db8::/32'
 * ```
 */
export function normalizeCidr(text: string): string | null {
  const cidr = parseCidr(text);
  if (cidr === null) return null;
  const { family, groups, prefixLength } = cidr;
  const address =
    family === 6
      ? formatIPv6(groups)
      : groups.map((group) => `${group >> 8}.${group & 0xff}`).join('.');
  return `${address}/${prefixLength}`;
}

/** Blocks one after another in one array, ten words each: family, prefix length, up to eight groups. */
type Blocks = Uint16Array;
const stride = 10;

function blocksOf(list: readonly string[]): Blocks {
  const parsed = list.map(parseCidr).filter((block) => block !== null);
  const blocks = new Uint16Array(parsed.length * stride);
  for (const [index, { family, prefixLength, groups }] of parsed.entries()) {
    blocks.set([family, prefixLength, ...groups], index * stride);
  }
  return blocks;
}

/** Whether the block that begins at `at` holds an address. */
function contains(blocks: Blocks, at: number, { family, groups }: Address): boolean {
  if (blocks[at] !== family) return false;
  const prefixLength = blocks[at + 1] ?? 0;
  return groups.every((group, index) => {
    const mask = hostMask(prefixLength, index);
    return (((blocks[at + 2 + index] ?? 0) ^ group) | mask) === mask;
  });
}

// A frozen list is parsed once, however many requests it judges; its blocks are freed with it.
// The cache counts them: see record-interner.ts.
const known = new WeakMap<readonly string[], Blocks>();

function knownBlocks(list: readonly string[]): Blocks {
  let blocks = known.get(list);
  if (blocks === undefined) {
    blocks = blocksOf(list);
    if (Object.isFrozen(list)) known.set(list, blocks);
  }
  return blocks;
}

/**
 * Whether an address lies in one of some blocks. The families are apart (`::/0` holds no IPv4
 * address), except that an IPv4-mapped IPv6 address is the IPv4 address. Unreadable input matches
 * nothing: a bad entry, a missing address, one with a zone or a prefix length.
 *
 * @param list - CIDR blocks or bare addresses; an empty list allows nothing. A frozen list is parsed
 * once only.
 * @param address - the client's IP address.
 * @returns true when some block holds it.
 * @example
 * ```ts
 * import { addressAllowed } from '@reporisk/api-access/core';
 * addressAllowed(['203.0.113.0/24'], '203.0.113.7'); // true
 * addressAllowed(['203.0.113.0/24'], '::ffff:203.0.113.7'); // true
 * addressAllowed(['203.0.113.0/24'], undefined); // false
 * ```
 */
export function addressAllowed(list: readonly string[], address: string | undefined): boolean {
  if (list.length === 0 || address === undefined || address.includes('/')) return false;
  const client = parseCidr(address);
  if (client === null) return false;
  const blocks = knownBlocks(list);
  for (let at = 0; at < blocks.length; at += stride) if (contains(blocks, at, client)) return true;
  return false;
}
