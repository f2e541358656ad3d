import { expect, test } from 'vitest';
import { addressName } from '../../../server/rate-limits/address-name.ts';

test('addressName() counts an IPv6 network as one, and IPv4 clients behind a translator each', () => {
  expect(addressName('2001:db8::1')).toBe(addressName('2001:db8::2'));
  expect(addressName('2001:db8:0:1::1')).not.toBe(addressName('2001:db8::1'));
  expect(addressName('64:ff9b::192.0.2.1')).toBe(addressName('192.0.2.1'));
  expect(addressName('64:ff9b::192.0.2.1')).not.toBe(addressName('64:ff9b::192.0.2.2'));
  expect(addressName('::ffff:192.0.2.1')).toBe(addressName('192.0.2.1'));
});
