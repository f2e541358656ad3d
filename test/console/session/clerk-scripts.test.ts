import { expect, test } from 'vitest';
import { isOfHost } from '../../../console/session/clerk-scripts.ts';

test.each([
  ['https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js', true],
  ['https://clerk.example.com:443/x.js', true],
  ['http://clerk.example.com/x.js', false],
  ['https://clerk.example.com.evil.example/x.js', false],
  ['https://clerk.example.com@evil.example/x.js', false],
  ['https://clerk.example.com:8443/x.js', false],
  ['data:text/javascript,alert(1)', false],
  ['/x.js', false],
])('isOfHost() of %s is %s', (url, isAllowed) => {
  expect(isOfHost(url, 'clerk.example.com')).toBe(isAllowed);
  expect(isOfHost(url, undefined)).toBe(false);
});
