import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DigestTable, slotBytes } from '../../../core/cache/digest-table.ts';

function digestOf(n: number): string {
  return createHash('sha256').update(`${n}`).digest('hex');
}

function get(table: DigestTable<number>, digest: string): number | undefined {
  const slot = table.find(digest);
  return slot === -1 ? undefined : table.value(slot);
}

test('DigestTable behaves as a Map until it is full', () => {
  const step = fc.record({ put: fc.boolean(), n: fc.integer({ min: 0, max: 30 }), v: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new DigestTable<number>(31, 31 * slotBytes);
      const map = new Map<string, number>();
      for (const { put, n, v } of steps) {
        const digest = digestOf(n);
        if (put) table.put(digest, v, 0, [1], slotBytes);
        else table.remove(digest);
        if (put) map.set(digest, v);
        else map.delete(digest);
      }
      for (let n = 0; n <= 30; n++) expect(get(table, digestOf(n))).toBe(map.get(digestOf(n)));
      expect(table.entries).toBe(map.size);
      expect(table.bytes).toBe(map.size * slotBytes);
    }),
  );
});

test('DigestTable.put() never exceeds its bounds, and what it holds it finds', () => {
  const size = fc.integer({ min: slotBytes, max: 900 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 60 }), size), { maxLength: 300 }), (puts) => {
      const table = new DigestTable<number>(8, 2000);
      for (const [n, bytes] of puts) {
        table.put(digestOf(n), n, 0, [1], bytes);
        expect(get(table, digestOf(n))).toBe(n);
        expect(table.entries).toBeLessThanOrEqual(8);
        expect(table.bytes).toBeLessThanOrEqual(2000);
      }
      const held = Array.from({ length: 61 }, (_, n) => get(table, digestOf(n)));
      expect(held.filter((n) => n !== undefined)).toHaveLength(table.entries);
    }),
  );
});

test('DigestTable.put() spares what is used', () => {
  const table = new DigestTable<number>(10, 10 * slotBytes);
  for (let n = 0; n < 1000; n++) {
    table.put(digestOf(n), n, 0, [1], slotBytes);
    table.use(table.find(digestOf(0)));
  }
  expect(get(table, digestOf(0))).toBe(0);
  expect(table.evictions).toBe(990);
});

test('DigestTable.put() keeps nothing that is larger than all it may hold', () => {
  const table = new DigestTable<number>(10, 100);
  table.put(digestOf(1), 1, 0, [1], 101);
  expect(table.entries).toBe(0);
});

test('DigestTable.isFresh() compares every cell with the epoch of the entry', () => {
  const table = new DigestTable<number>(10, 10 * slotBytes);
  table.put(digestOf(1), 1, 5, [10, 11, 12, 13], slotBytes);
  const slot = table.find(digestOf(1));
  for (const cell of [10, 11, 12, 13]) {
    const touched = new Int32Array(20);
    touched[cell] = 5;
    expect(table.isFresh(slot, touched)).toBe(true);
    touched[cell] = 6;
    expect(table.isFresh(slot, touched)).toBe(false);
  }
});

test('DigestTable.find() tells digests apart that differ in one character', () => {
  const table = new DigestTable<number>(100, 100 * slotBytes);
  const digest = digestOf(1);
  table.put(digest, 1, 0, [1], slotBytes);
  for (let i = 0; i < 64; i++) {
    const other = digest[i] === '0' ? '1' : '0';
    expect(table.find(digest.slice(0, i) + other + digest.slice(i + 1))).toBe(-1);
  }
});

test('DigestTable.find() refuses what is no digest', () => {
  expect(() => new DigestTable<number>(1, 1).find('abc')).toThrow(TypeError);
});
