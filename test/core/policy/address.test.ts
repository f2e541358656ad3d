import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressAllowed, normalizeCidr, parseCidr } from '../../../core/mod.ts';

const anyIPv4 = fc.ipV4();
const anyIPv6 = fc.ipV6();

test.each([
  ['203.0.113.7', '203.0.113.7/32'],
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['255.255.255.255', '255.255.255.255/32'],
  ['::', '::/128'],
  ['::/0', '::/0'],
  ['::1', '::1/128'],
  ['2001:DB8::A', '2001:db8::a/128'],
  ['2001:0db8:0000::/33', '2001:db8::/33'],
  // RFC 5952, section 4.2.2: one group of zeros is not shortened.
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
  ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
  // Section 4.2.3: the longest run, and the first of two equal ones.
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1/128'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
  ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::/128'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221/128'],
  ['::ffff:192.0.2.33', '192.0.2.33/32'],
  ['::FFFF:c000:0221', '192.0.2.33/32'],
  ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
  ['64:ff9b:1::ffff:192.0.2.33', '64:ff9b:1::ffff:c000:221/128'],
])('normalizeCidr() writes %s as %s', (text, canonical) => {
  expect(normalizeCidr(text)).toBe(canonical);
  expect(normalizeCidr(canonical)).toBe(canonical);
});

test.each([
  ...['', ' ', '/', '/24', '1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3', '256.0.0.1'],
  ...['01.2.3.4', '1.2.3.00', '0x1.2.3.4', '+1.2.3.4', '1e1.2.3.4', '1.2.3.4 ', '\t1.2.3.4'],
  ...['1.2.3.4/', '1.2.3.4/33', '1.2.3.4/032', '1.2.3.4/-1', '1.2.3.4/ 8', '10.0.0.0/8/8'],
  ...['10.0.0.5/8', '2001:db8::1/32', '::1/0', '::ffff:1.2.3.4/64'],
  ...[':', ':::', '1::2::3', ':1::', '1:', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9'],
  ...['1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8', '12345::', 'g::', '::/129', '[::1]'],
  ...['fe80::1%eth0', 'fe80::%1/64', '1.2.3.4::', '::1.2.3.4:5', '::1.2.3', '::01.2.3.4'],
  ...['1:2:3:4:5:6:7:1.2.3.4', '١.2.3.4', '1.2.3.4\0', 'localhost', ':'.repeat(10_000)],
])('parseCidr() refuses %j', (text) => {
  expect(parseCidr(text)).toBeNull();
  expect(normalizeCidr(text)).toBeNull();
});

test('parseCidr() reads every address and nothing that is none', () => {
  const nearly = fc.string({ unit: fc.constantFrom(...'0123456789abcf:.%/ '), maxLength: 20 });
  fc.assert(
    fc.property(fc.oneof(anyIPv4, anyIPv6, nearly), (text) => {
      fc.pre(!text.includes('/') && !text.includes('%'));
      expect(parseCidr(text) !== null).toBe(isIP(text) !== 0);
    }),
    { numRuns: 2000 },
  );
});

test('normalizeCidr() keeps what an address means, and is its own normal form', () => {
  fc.assert(
    fc.property(fc.oneof(anyIPv4, anyIPv6), (address) => {
      const canonical = normalizeCidr(address) ?? '';
      expect(normalizeCidr(canonical)).toBe(canonical);
      expect(addressAllowed([canonical], address)).toBe(true);
    }),
  );
});

test("normalizeCidr() writes IPv6 as the URL standard's own serializer does", () => {
  fc.assert(
    fc.property(anyIPv6, (address) => {
      fc.pre(parseCidr(address)?.family === 6);
      expect(`[${normalizeCidr(address)?.replace('/128', '')}]`).toBe(
        new URL(`http://[${address}]/`).hostname,
      );
    }),
  );
});

/** The block of an address at a prefix length; the address may have any bits after it. */
function blockAround(address: string, length: number): string {
  const cidr = parseCidr(address);
  if (cidr === null) throw new TypeError('not an address');
  const width = cidr.family === 4 ? 32n : 128n;
  const bits = cidr.groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
  const behind = width - BigInt(length);
  const base = (bits >> behind) << behind;
  const groups = cidr.groups.map(
    (_, index) => (base >> (width - 16n * BigInt(index + 1))) & 0xffffn,
  );
  return cidr.family === 6
    ? `${groups.map((group) => group.toString(16)).join(':')}/${length}`
    : `${groups.map((group) => `${group >> 8n}.${group & 0xffn}`).join('.')}/${length}`;
}

test('addressAllowed() holds for the block of any length around an address', () => {
  fc.assert(
    fc.property(fc.oneof(anyIPv4, anyIPv6), fc.nat(128), (address, any) => {
      const length = parseCidr(address)?.family === 4 ? any % 33 : any;
      expect(addressAllowed([blockAround(address, length)], address)).toBe(true);
    }),
  );
});

test("addressAllowed() agrees with Node's BlockList", () => {
  const pair = fc.oneof(
    fc.tuple(anyIPv4, anyIPv4, fc.nat(32), fc.constant('ipv4' as const)),
    fc.tuple(anyIPv6, anyIPv6, fc.nat(128), fc.constant('ipv6' as const)),
  );
  // Mostly near one another, or no block but the widest would ever hold the address.
  fc.assert(
    fc.property(pair, fc.boolean(), ([a, b, length, family], near) => {
      fc.pre(parseCidr(a)?.family === parseCidr(b)?.family);
      fc.pre(family === 'ipv4' || parseCidr(a)?.family === 6);
      const block = blockAround(near ? a : b, length);
      const list = new BlockList();
      list.addSubnet(block.split('/')[0] ?? '', length, family);
      expect(addressAllowed([block], a)).toBe(list.check(a, family));
    }),
    { numRuns: 2000 },
  );
});

test('addressAllowed() takes an IPv4 address and its IPv4-mapped form for the same, both ways', () => {
  fc.assert(
    fc.property(anyIPv4, (address) => {
      expect(addressAllowed([address], `::ffff:${address}`)).toBe(true);
      expect(addressAllowed([`::ffff:${address}`], address)).toBe(true);
    }),
  );
});

test.each<[string[], string | undefined, boolean]>([
  [[], '203.0.113.7', false],
  [['203.0.113.0/24'], undefined, false],
  [['203.0.113.0/24'], '', false],
  [['203.0.113.0/24'], 'unknown', false],
  [['203.0.113.0/24'], '203.0.113.7/32', false],
  [['203.0.113.0/24'], '203.0.113.7, 10.0.0.1', false],
  [['203.0.113.0/24'], '203.0.114.0', false],
  [['::/0'], '203.0.113.7', false],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['0.0.0.0/0', '::/0'], '2001:db8::1', true],
  [['fe80::/10'], 'fe80::1%eth0', false],
  [['nonsense', '203.0.113.5/24', '203.0.113.7'], '203.0.113.7', true],
  [['nonsense', '203.0.113.5/24'], '203.0.113.7', false],
])('addressAllowed(%j, %j) is %s', (list, address, allowed) => {
  expect(addressAllowed(list, address)).toBe(allowed);
});

test('addressAllowed() reads a list again that can change', () => {
  const list = ['203.0.113.0/24'];
  expect(addressAllowed(list, '198.51.100.1')).toBe(false);
  list.push('198.51.100.0/24');
  expect(addressAllowed(list, '198.51.100.1')).toBe(true);
});
