import { expect, test } from 'vitest';
import { inSubOrgScope } from '../../../core/mod.ts';

test.each<[number | null, number | null, boolean]>([
  [null, null, true],
  [null, 7, true],
  [7, 7, true],
  [7, 8, false],
  [7, null, false],
  [0, null, false],
  [0, 0, true],
])('inSubOrgScope() of a caller held to %j and a resource of %j is %s', (scope, resource, may) => {
  expect(inSubOrgScope(scope, resource)).toBe(may);
});
