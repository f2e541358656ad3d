import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordInterner } from '../../../core/cache/record-interner.ts';
import { recordOf } from './fixtures.ts';

const anyRecord = fc
  .record({
    n: fc.nat({ max: 3 }),
    tier: fc.nat({ max: 3 }),
    scopes: fc.option(fc.array(fc.constantFrom('repos:read', 'admin:*'), { maxLength: 2 })),
    ipAllowList: fc.option(fc.array(fc.constantFrom('::/0', '0.0.0.0/0'), { maxLength: 2 })),
  })
  .map(({ n, tier, ...lists }) =>
    recordOf(n, { organization: { id: 'org_1', name: 'Acme', tier }, ...lists }),
  );

test('RecordInterner gives equal records that share equal parts, and counts a part once', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const interner = new RecordInterner();
      const first = interner.intern(record);
      const { bytes } = interner;
      const second = interner.intern(structuredClone(record));
      expect(second).toEqual(first);
      expect(second.key).toEqual(record);
      expect(second.key.organization).toBe(first.key.organization);
      expect(second.key.scopes).toBe(first.key.scopes);
      expect(interner.bytes).toBe(bytes);
    }),
  );
});

test('RecordInterner keeps a part for as long as a record holds it, whatever the order', () => {
  const order = fc.array(fc.tuple(anyRecord, fc.nat()), { maxLength: 20 });
  fc.assert(
    fc.property(order, (records) => {
      const interner = new RecordInterner();
      const interned = records.map(([record, at]) => ({ key: interner.intern(record).key, at }));
      for (const { key } of interned.sort((a, b) => a.at - b.at)) {
        expect(interner.bytes).toBeGreaterThan(0);
        interner.release(key);
      }
      expect(interner.bytes).toBe(0);
    }),
  );
});
