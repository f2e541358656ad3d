import { expect, test } from 'vitest';
import {
  countOf,
  failedOf,
  type Range,
  spansOf,
  totalOf,
} from '../../../../console/api-access/details/call-sums.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 5, 17, 14, 25);
const thisHour = Math.floor(now / hour) * hour;

function counted(hoursAgo: number, outcome: 'success' | 'forbidden', count: number) {
  return { hour: new Date(thisHour - hoursAgo * hour).toISOString(), outcome, count };
}

test('spansOf() a day has 24 hours, the present one last', () => {
  const hourly = [
    counted(0, 'success', 3),
    counted(0, 'forbidden', 2),
    counted(23, 'success', 1),
    counted(24, 'success', 100),
  ];
  const spans = spansOf(hourly, '24h', now);
  expect(spans).toHaveLength(24);
  expect(spans.at(-1)?.from).toBe(thisHour);
  expect(spans.at(-1)?.sums).toMatchObject({ success: 3, forbidden: 2 });
  expect(spans[0]?.sums.success).toBe(1);
  expect(countOf(totalOf(spans))).toBe(6);
  expect(failedOf(totalOf(spans))).toBe(2);
});

test('spansOf() a week has the seven days of UTC that end today, as the list of keys has', () => {
  const spans = spansOf([counted(0, 'success', 3), counted(24, 'success', 4)], '7d', now);
  const days = [11, 12, 13, 14, 15, 16, 17];
  expect(spans.map(({ from }) => from)).toEqual(days.map((day) => Date.UTC(2026, 5, day)));
  expect(spans.map(({ sums }) => sums.success)).toEqual([0, 0, 0, 0, 0, 4, 3]);
});

test.each<Range>(['24h', '7d'])('spansOf() no span of %s counts what another counts', (range) => {
  const hourly = Array.from({ length: 24 * 7 }, (_, index) => counted(index, 'success', 1));
  const spans = spansOf(hourly, range, now);
  const first = spans[0]?.from ?? 0;
  const within = hourly.filter((each) => Date.parse(each.hour) >= first);
  expect(countOf(totalOf(spans))).toBe(within.length);
});
