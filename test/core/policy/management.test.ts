import { expect, test } from 'vitest';
import {
  apiAccessTier,
  type ErrorCode,
  type ManagementCaller,
  type ManagementRule,
  refuseManagement,
} from '../../../core/mod.ts';

const createKey: ManagementRule = { role: 'admin', needsApiAccess: true, managesKeys: true };
const revokeKey: ManagementRule = { role: 'admin', needsApiAccess: false, managesKeys: true };
const createSubOrg: ManagementRule = { role: 'admin', needsApiAccess: false, managesKeys: false };
const listJobs: ManagementRule = { role: 'member', needsApiAccess: false, managesKeys: false };

const session = (role: 'admin' | 'member', parentTier: number | null): ManagementCaller => ({
  kind: 'session',
  role,
  parentTier,
});

test('API access begins with tier 3', () => {
  expect(apiAccessTier).toBe(3);
});

test.each<[string, ManagementCaller, string, ManagementRule, ErrorCode | null]>([
  ['nobody', { kind: 'nobody' }, 'create a key', createKey, 'sign_in_required'],
  ['nobody', { kind: 'nobody' }, 'list jobs', listJobs, 'sign_in_required'],
  ['a key', { kind: 'key' }, 'create a key', createKey, 'keys_cannot_manage_keys'],
  ['a key', { kind: 'key' }, 'revoke a key', revokeKey, 'keys_cannot_manage_keys'],
  ['a key', { kind: 'key' }, 'list jobs', listJobs, 'session_required'],
  ['a tier 3 admin', session('admin', 3), 'create a key', createKey, null],
  ['a tier 2 admin', session('admin', 2), 'create a key', createKey, 'plan_required'],
  ['a tier 1 admin', session('admin', 1), 'create a key', createKey, 'plan_required'],
  ['a tier NaN admin', session('admin', Number.NaN), 'create a key', createKey, 'plan_required'],
  ['a tier 1 admin', session('admin', 1), 'revoke a key', revokeKey, null],
  ['a tier 1 admin', session('admin', 1), 'create a sub-org', createSubOrg, null],
  ['a tier 3 member', session('member', 3), 'create a key', createKey, 'insufficient_permissions'],
  // The role's refusal comes before the plan's.
  ['a tier 1 member', session('member', 1), 'create a key', createKey, 'insufficient_permissions'],
  ['a tier 1 member', session('member', 1), 'list jobs', listJobs, null],
  [
    'a sub-org admin',
    session('admin', null),
    'create a key',
    createKey,
    'insufficient_permissions',
  ],
  [
    'a sub-org admin',
    session('admin', null),
    'revoke a key',
    revokeKey,
    'insufficient_permissions',
  ],
  ['a sub-org admin', session('admin', null), 'list jobs', listJobs, 'insufficient_permissions'],
])('refuseManagement() of %s who would %3$s', (_who, caller, _what, rule, code) => {
  expect(refuseManagement(caller, rule)?.code ?? null).toBe(code);
});
