import { expect, test } from 'vitest';
import { addressesOf, publicTargets } from '../../../server/network/target-policy.ts';
import { isPublicAddress } from '../../../server/wire/public-address.ts';

test.each([
  '127.0.0.1',
  '127.255.0.3',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.1',
  '198.18.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fd00::1',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::7f00:1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:0:a00:1::',
  '2001:db8::1',
  'localhost',
  '',
])('isPublicAddress() refuses %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
  'isPublicAddress() permits %s',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f.0.0.1/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[fd00::1]/',
])('addressesOf() refuses %s, however it is written, without asking DNS', async (url) => {
  const resolve = () => Promise.reject(new Error('DNS was asked'));
  const target = await addressesOf(new URL(url), { ...publicTargets, resolve });
  expect(target).toEqual({ addresses: [], refused: true });
});

test.each([
  [['10.0.0.1'], { addresses: [], refused: true }],
  [['8.8.8.8', '169.254.169.254'], { addresses: [], refused: true }],
  [['8.8.8.8', '::ffff:192.168.0.1'], { addresses: [], refused: true }],
  [['8.8.8.8', '2606:4700::1111'], { addresses: ['8.8.8.8', '2606:4700::1111'], refused: false }],
  [[], { addresses: [], refused: false }],
])(
  'addressesOf() judges a name by every address that it is resolved to: %j',
  async (found, target) => {
    const policy = { ...publicTargets, resolve: async () => found };
    expect(await addressesOf(new URL('https://hooks.example/'), policy)).toEqual(target);
  },
);

test('publicTargets resolves localhost to what is refused', async () => {
  expect(await addressesOf(new URL('https://localhost/'), publicTargets)).toEqual({
    addresses: [],
    refused: true,
  });
});
