import { expect, test } from 'vitest';
import type { ApiKey } from '../../../../console/api/records.ts';
import {
  changesOf,
  editErrors,
  editOf,
  type KeyEdit,
} from '../../../../console/api-access/details/key-edit.ts';

const key: ApiKey = {
  id: 'key_1',
  dialect: 'reporisk',
  label: 'CI Pipeline',
  description: 'ask the platform team',
  subOrgId: null,
  serviceAccountId: 'sa_1',
  preview: 'rrk_live_AbCd••••Xy1z',
  keyPrefix: 'rrk_live_AbCd',
  keySuffix: 'Xy1z',
  environment: 'live',
  scopes: ['repos:analyze', 'repos:read'],
  ipAllowList: ['192.0.2.0/24', '2001:db8::/32'],
  rateLimit: { limit: 100, windowSeconds: 60 },
  isActive: true,
  status: 'active',
  lastUsedAt: null,
  expiresAt: null,
  createdBy: 'user_1',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  revokedAt: null,
  revokedReason: null,
  retiringPreview: null,
  retiringUntil: null,
  owner: { kind: 'service_account', id: 'sa_1', name: 'CI' },
  blockedReason: null,
};

const changed = (changes: Partial<KeyEdit>) => {
  const { id: _, ...rest } = changesOf(key, { ...editOf(key), ...changes }, 'user_me');
  return rest;
};

test('changesOf() sends nothing that was not touched', () => {
  expect(changed({})).toEqual({});
  expect(changed({ label: 'Renamed ' })).toEqual({ label: 'Renamed' });
});

test('changesOf() clears with null what was emptied', () => {
  expect(changed({ description: ' ', addresses: '\n', rateCount: '', scopes: null })).toEqual({
    description: null,
    ipAllowList: null,
    rateLimit: null,
    scopes: null,
  });
});

test('changesOf() sends a limit whole when only its time has changed', () => {
  expect(changed({ rateSeconds: '1' })).toEqual({ rateLimit: { limit: 100, windowSeconds: 1 } });
});

test.each([
  ['keep', {}],
  ['me', { createdBy: 'user_me' }],
  ['creator', { serviceAccountId: null }],
  [{ account: 'sa_2' }, { serviceAccountId: 'sa_2' }],
] as const)('changesOf() the owner %j sends %j', (owner, expected) => {
  expect(changed({ owner })).toEqual(expected);
});

test('editErrors() marks a limit that is no whole number, and leaves its size to the server', () => {
  const validationErrors = (edit: Partial<KeyEdit>) =>
    Object.keys(editErrors(key, { ...editOf(key), ...edit }));
  expect(validationErrors({ rateCount: '1.5', rateSeconds: '' })).toEqual([
    'rateLimit.limit',
    'rateLimit.windowSeconds',
  ]);
  expect(validationErrors({ rateCount: '', rateSeconds: 'x' })).toEqual([]);
  expect(validationErrors({ rateCount: '99999999999', rateSeconds: '0' })).toEqual([]);
  expect(validationErrors({ label: ' ', scopes: [] })).toEqual(['label', 'scopes']);
});

test('editErrors() binds the scopes only when they were touched: a key with none can be renamed', () => {
  const none: ApiKey = { ...key, scopes: [] };
  const edit = { ...editOf(none), label: 'Renamed' };
  expect(editErrors(none, edit)).toEqual({});
  expect(changesOf(none, edit, 'user_me')).toEqual({ id: 'key_1', label: 'Renamed' });
});

test('editOf() keeps the scopes of other services, after those of the form', () => {
  const both: ApiKey = { ...key, scopes: ['billing:read', 'repos:analyze', 'repos:read'] };
  expect(editOf(both).scopes).toEqual(['repos:read', 'repos:analyze', 'billing:read']);
  expect(changesOf(both, editOf(both), 'user_me')).toEqual({ id: both.id });
});
