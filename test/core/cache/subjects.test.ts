import { expect, test } from 'vitest';
import { lookupSubject, subjectsOf } from '../../../core/cache/subjects.ts';
import { recordOf } from './fixtures.ts';

test('subjectsOf() names the key, its organization, its sub-org and its owner', () => {
  expect(subjectsOf(recordOf(1))).toEqual([
    'key/key_1',
    'organization/org_1',
    'sub-org/7',
    'member/org_1/user_1',
  ]);
});

test('subjectsOf() names a service account, and no owner for an imported key', () => {
  const account = { kind: 'service-account', id: 'sa_1', role: 'viewer' } as const;
  const imported = { kind: 'organization', id: 'org_1', role: 'admin' } as const;
  expect(subjectsOf(recordOf(1, { owner: account })).at(-1)).toBe('service-account/sa_1');
  expect(subjectsOf(recordOf(1, { owner: imported, subOrg: null }))).toEqual([
    'key/key_1',
    'organization/org_1',
  ]);
});

test('lookupSubject() names a lookup value', () => {
  expect(lookupSubject('9f86')).toBe('lookup/9f86');
});
