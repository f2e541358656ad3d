import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { clientAddress } from '../../../server/rest/client-address.ts';

const proxies = ['10.0.0.0/8', 'fd00::/8'];
const header = fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:,/ []%x"'), maxLength: 60 });

test('clientAddress() is the socket’s, whatever a peer that is not trusted says', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.option(header), (peer, said) => {
      fc.pre(!peer.startsWith('10.'));
      expect(clientAddress(peer, said, proxies)).toBe(peer);
    }),
  );
  expect(clientAddress('10.0.0.1', '203.0.113.9', [])).toBe('10.0.0.1');
  expect(clientAddress(undefined, '203.0.113.9', proxies)).toBeUndefined();
});

test('clientAddress() is what the first trusted proxy saw, whatever the client wrote before', () => {
  fc.assert(
    fc.property(header, (said) => {
      const forwarded = `${said}, 203.0.113.9, 10.0.0.2`;
      expect(clientAddress('10.0.0.1', forwarded, proxies)).toBe('203.0.113.9');
      expect(clientAddress('::ffff:10.0.0.1', forwarded, proxies)).toBe('203.0.113.9');
      expect(clientAddress('fd00::1', forwarded, proxies)).toBe('203.0.113.9');
    }),
  );
});

test('clientAddress() is an address, or the proxy’s that passed on what is none', () => {
  fc.assert(
    fc.property(header, (said) => {
      expect(isIP(clientAddress('10.0.0.1', said, proxies) ?? '')).not.toBe(0);
      expect(isIP(clientAddress('10.0.0.1', `${said},10.0.0.3`, proxies) ?? '')).not.toBe(0);
    }),
  );
  const { key } = generateKey({ environment: 'live' });
  for (const said of [
    '',
    'unknown',
    '_hidden',
    key,
    '203.0.113.0/24',
    'x'.repeat(9_000),
    '1.2.3',
  ]) {
    expect(clientAddress('10.0.0.1', said, proxies)).toBe('10.0.0.1');
    expect(clientAddress('10.0.0.1', `203.0.113.9, ${said}`, proxies)).toBe('10.0.0.1');
    expect(clientAddress('10.0.0.1', `${said}, 10.0.0.7`, proxies)).toBe('10.0.0.7');
  }
  // All of them are proxies: the client is the farthest one.
  expect(clientAddress('10.0.0.1', '10.0.0.9, 10.0.0.7', proxies)).toBe('10.0.0.9');
});

test.each([
  ['203.0.113.9:51234', '203.0.113.9'],
  ['[2001:db8::9]:443', '2001:db8::9'],
  ['[2001:db8::9]', '2001:db8::9'],
  ['198.51.100.7:1, 203.0.113.9:51234, 10.0.0.2:80', '203.0.113.9'],
  ['203.0.113.9:port', '10.0.0.1'],
  ['[203.0.113.9', '10.0.0.1'],
  ['2001:db8::9:443x', '10.0.0.1'],
])('clientAddress() reads %s with a port or brackets', (said, address) => {
  expect(clientAddress('10.0.0.1', said, proxies)).toBe(address);
});
