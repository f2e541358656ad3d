import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstTime, lastTime } from '../../../server/wire/fields.ts';
import { isoText } from '../../../server/wire/iso-time.ts';

test('isoText() writes every time as toISOString() does', () => {
  const time = fc.oneof(
    fc.integer({ min: firstTime, max: lastTime }),
    fc.double({ min: -9, max: 9, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 9 }), (times) => {
      expect(times.map(isoText)).toEqual(times.map((each) => new Date(each).toISOString()));
    }),
  );
});
