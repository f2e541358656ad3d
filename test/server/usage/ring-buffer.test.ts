import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RingBuffer } from '../../../server/usage/ring-buffer.ts';

test('RingBuffer gives back in order what fits, and sheds and counts the rest', () => {
  const capacity = fc.integer({ min: 1, max: 5 });
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 7 }) }),
    fc.record({ take: fc.integer({ min: 0, max: 7 }) }),
  );
  fc.assert(
    fc.property(capacity, fc.array(step), (capacity, steps) => {
      const ring = new RingBuffer<number>(capacity);
      const model: number[] = [];
      let next = 0;
      let shed = 0;
      for (const each of steps) {
        if ('take' in each) {
          expect(ring.take(each.take)).toEqual(model.splice(0, each.take));
          continue;
        }
        for (let pushed = 0; pushed < each.push; pushed++) {
          const fits = model.length < capacity;
          if (fits) model.push(next);
          else shed++;
          expect(ring.push(next++)).toBe(fits);
        }
        expect([ring.length, ring.shed]).toEqual([model.length, shed]);
      }
    }),
  );
});

test.each([0, -1, 1.5, Number.NaN])('RingBuffer refuses a capacity of %s', (capacity) => {
  expect(() => new RingBuffer(capacity)).toThrow(RangeError);
});
