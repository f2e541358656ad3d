import { expect, test } from 'vitest';
import { relativeTime } from '../../../console/ui/time-text.ts';

const hour = 3_600_000;

test.each([
  [36 * hour, 'tomorrow'],
  [-36 * hour, 'yesterday'],
  [48 * hour - 1, 'tomorrow'],
  [48 * hour, 'in 2 days'],
  [-1.9 * hour, '1 hour ago'],
  [59_999, 'just now'],
  [23.9 * hour, 'in 23 hours'],
] as const)(
  'relativeTime() of %d ms is %j: a unit counts only when it is whole',
  (difference, expected) => {
    expect(relativeTime(difference, 0)).toBe(expected);
  },
);
