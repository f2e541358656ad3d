import { expect, test } from 'vitest';
import { retryAfterTime } from '../../../server/webhooks/answer.ts';

const now = Date.UTC(2026, 0, 1);
const year = 366 * 86_400_000;

test.each([
  [null, null],
  ['', null],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['0', now],
  ['120', now + 120_000],
  ['9'.repeat(400), now + year],
  ['Thu, 01 Jan 2026 00:02:00 GMT', now + 120_000],
  ['Thursday, 01-Jan-26 00:02:00 GMT', now + 120_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['Fri, 31 Dec 9999 23:59:59 GMT', now + year],
  ['Thu, 99 Jan 2026 00:02:00 GMT', null],
])('retryAfterTime(%j)', (value, time) => {
  expect(retryAfterTime(value, now)).toBe(time);
});
