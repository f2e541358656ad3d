import { expect, test } from 'vitest';
import { changedFields } from '../../console/api/changed-fields.ts';

test('changedFields() holds what was edited, and no value that another admin may have changed', () => {
  const before = { name: 'CI', description: null, events: ['a'], id: 'sa_1' };
  expect(changedFields(before, { name: 'CI', description: null, events: ['a'] })).toEqual({});
  expect(changedFields(before, { name: 'CI', description: 'x', events: ['a', 'b'] })).toEqual({
    description: 'x',
    events: ['a', 'b'],
  });
});
