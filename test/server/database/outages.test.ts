import { expect, test } from 'vitest';
import { createOutages } from '../../../server/database/outages.ts';

test('createOutages() counts every failure, and logs the first of each code a second', () => {
  const lines: unknown[] = [];
  let instant = 0;
  const logger = { warn: (fields: unknown) => void lines.push(fields) };
  const outages = createOutages(logger, () => instant);
  const fail = (code: string) => outages.note(Object.assign(new Error('cause'), { code }));
  for (const at of [0, 1, 999, 1_000, 1_001]) {
    instant = at;
    for (const code of ['57P01', 'SQLITE_FULL']) expect(fail(code)).toBe(true);
  }
  expect(fail('23505')).toBe(false);
  expect([...outages.counts()]).toEqual([
    ['57P01', 5],
    ['SQLITE_FULL', 5],
  ]);
  expect(lines).toMatchObject([
    { code: '57P01', count: 1 },
    { code: 'SQLITE_FULL', count: 1 },
    { code: '57P01', count: 4 },
    { code: 'SQLITE_FULL', count: 4 },
  ]);
});
