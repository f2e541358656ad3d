import { expect, test } from 'vitest';
import { readClerkEvent } from '../../../server/clerk/clerk-event.ts';
import { testTime } from '../sessions/tokens.ts';
import { deletedEvent, membershipEvent, organizationEvent } from '../sessions/webhook-events.ts';

const at = new Date(testTime);
const read = (event: unknown) => readClerkEvent(JSON.stringify(event));

test.each([
  [{ tier: 1 }, 1],
  [{ tier: 2 }, 2],
  [{ tier: 3 }, 3],
  [{ tier: 0 }, null, ['tier']],
  [{ tier: 4 }, null, ['tier']],
  [{ tier: 2.5 }, null, ['tier']],
  [{ tier: '3' }, 3, ['tier']],
  [{ tier: ' 2 ' }, 2, ['tier']],
  [{ tier: '03' }, null, ['tier']],
  [{ tier: [3] }, null, ['tier']],
  [{ tier: null }, null],
  [{}, null],
  [null, null],
])('readClerkEvent() reads from metadata %j the tier %j', (metadata, tier, unusual?: string[]) => {
  expect(read(organizationEvent('org_acme', metadata))).toEqual({
    kind: 'organization',
    change: { id: 'org_acme', name: 'Acme', tier, parentId: null, at, ...(unusual && { unusual }) },
  });
});

test.each([
  [{ parent_org_id: 'org_acme' }, 'org_acme'],
  [{ parent_org_id: 'org_acme ' }, 'org_acme', ['parent_org_id']],
  [{ parent_org_id: '' }, null],
  [{ parent_org_id: 7 }, null, ['parent_org_id']],
  [{ parent_org_id: ['org_acme'] }, null, ['parent_org_id']],
  [{ parent_org_id: 'x'.repeat(256) }, null, ['parent_org_id']],
])(
  'readClerkEvent() reads from metadata %j the parent %j',
  (metadata, parentId, unusual?: string[]) => {
    const event = read(organizationEvent('org_mobile', metadata));
    expect(event).toMatchObject({ change: { parentId, ...(unusual && { unusual }) } });
  },
);

test('readClerkEvent() gives no tier to what names a parent that cannot be read', () => {
  const event = read(organizationEvent('org_mobile', { tier: 3, parent_org_id: 'org acme' }));
  expect(event).toMatchObject({ change: { tier: null, parentId: null } });
});

test.each([
  ['created', 'org:admin', 'admin', true],
  ['created', 'admin', 'admin', true],
  ['updated', 'org:member', 'member', true],
  ['updated', 'org:billing', 'member', true],
  ['deleted', 'org:admin', 'admin', false],
] as const)(
  'readClerkEvent() reads organizationMembership.%s of %s as %s, active %s',
  (verb, key, role, active) => {
    expect(read(membershipEvent(verb, key))).toEqual({
      kind: 'membership',
      change: {
        clerkOrgId: 'org_acme',
        userId: 'user_ada',
        role,
        active,
        name: 'ada@example.com',
        at,
      },
    });
  },
);

test('readClerkEvent() reads deletions', () => {
  const organization = { kind: 'organization-deleted', change: { id: 'org_acme' } };
  expect(read(deletedEvent('organization', 'org_acme'))).toEqual(organization);
  const user = { kind: 'user-deleted', change: { id: 'user_ada' } };
  expect(read(deletedEvent('user', 'user_ada'))).toEqual(user);
});

test.each([
  ['an organization', organizationEvent('org_acme'), false],
  ['a membership', membershipEvent('updated'), false],
  ['the end of a membership', membershipEvent('deleted'), false],
  ['a deleted organization', deletedEvent('organization', 'org_acme'), true],
  ['a deleted user', deletedEvent('user', 'user_ada'), true],
])('readClerkEvent() reads %s without a time only where none decides', (_, event, isRead) => {
  expect(read({ ...event, timestamp: undefined }) !== null).toBe(isRead);
});

test.each(['email.created', 'organizationDomain.created', 'organization'])(
  'readClerkEvent() has no interest in %s',
  (type) => {
    expect(read({ type, data: {} })).toEqual({ kind: 'other' });
  },
);

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"data":{}}',
  '{"type":"organization.updated"}',
  '{"type":"organization.updated","data":{"id":"","name":"x"}}',
  '{"type":"organization.updated","data":{"id":"org_acme"}}',
  '{"type":"organizationMembership.deleted","data":{"role":"org:admin"}}',
  '{"type":"user.deleted","data":{"id":7}}',
  '{"type":"user.deleted","timestamp":"now","data":{"id":"user_ada"}}',
  '{"type":"user.deleted","timestamp":1e300,"data":{"id":"user_ada"}}',
])('readClerkEvent() refuses %s', (body) => {
  expect(readClerkEvent(body)).toBeNull();
});
