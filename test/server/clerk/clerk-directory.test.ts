import { expect, test } from 'vitest';
import { startLargeClerk } from '../../support/large-clerk-worker.ts';
import { clerkServer } from '../sessions/clerk-server.ts';

function many(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `org_${index}`,
    name: `Org ${index}`,
    metadata: {},
    members: {},
  }));
}

test('organizations() fetches every page', async () => {
  await using clerk = await clerkServer(many(1_201));
  expect((await clerk.directory.organizations()).items).toHaveLength(1_201);
  expect(clerk.requests).toHaveLength(3);
});

test('organizations() of an instance without any is empty', async () => {
  await using clerk = await clerkServer([]);
  expect(await clerk.directory.organizations()).toEqual({ items: [], skipped: 0 });
});

test('organizations() reads tier and parent from the public metadata', async () => {
  const metadata = { tier: 2, parent_org_id: 'org_parent' };
  await using clerk = await clerkServer([{ id: 'org_1', name: 'One', metadata, members: {} }]);
  const expected = { id: 'org_1', name: 'One', tier: 2, parentId: 'org_parent' };
  expect((await clerk.directory.organizations()).items).toEqual([expected]);
});

test.each([
  ['less than it says there is', 1_300, 1_201],
  ['more than it says there is', 700, 1_000],
])('organizations() ends when Clerk lists %s', async (_, total, listed) => {
  await using clerk = await clerkServer(many(1_201));
  clerk.faults.total = total;
  expect((await clerk.directory.organizations()).items).toHaveLength(listed);
});

test('organizations() lists once what pages that shifted show twice', async () => {
  await using clerk = await clerkServer([...many(2), ...many(1)]);
  expect((await clerk.directory.organizations()).items).toHaveLength(2);
});

test('organizations() skips and counts an id that is none of Clerk’s', async () => {
  const organizations = many(2);
  organizations.splice(0, 1, { id: 'org \0', name: 'Odd', metadata: {}, members: {} });
  await using clerk = await clerkServer(organizations);
  expect(await clerk.directory.organizations()).toMatchObject({
    items: [{ id: 'org_1' }],
    skipped: 1,
  });
});

test('organizations() stops when it is aborted, though Clerk does not answer', async () => {
  await using clerk = await clerkServer(many(1));
  clerk.faults.hanging = /organizations/;
  const stop = new AbortController();
  const listed = clerk.directory.organizations(stop.signal);
  stop.abort(new Error('stopped'));
  await expect(listed).rejects.toThrow('stopped');
});

test('isOurInstance() tells by the key that Clerk signs with', async () => {
  await using clerk = await clerkServer([]);
  expect(await clerk.directory.isOurInstance()).toBe(true);
  clerk.faults.jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
  expect(await clerk.directory.isOurInstance()).toBe(false);
});

test('organizations() throws when a page fails', async () => {
  await using clerk = await clerkServer(many(1_201));
  clerk.faults.failing = /offset=1000/;
  await expect(clerk.directory.organizations()).rejects.toThrow();
});

test('organizationExists() tells absence from failure', async () => {
  await using clerk = await clerkServer(many(1));
  expect(await clerk.directory.organizationExists('org_0')).toBe(true);
  expect(await clerk.directory.organizationExists('org_1')).toBe(false);
  clerk.faults.failing = /./;
  await expect(clerk.directory.organizationExists('org_1')).rejects.toThrow();
});

test('members() reads roles, of all or of some users', async () => {
  const members = { user_ada: 'org:admin', user_bob: 'org:billing' };
  await using clerk = await clerkServer([{ id: 'org_1', name: 'One', metadata: {}, members }]);
  const bob = { userId: 'user_bob', role: 'member', name: 'user_bob' };
  expect((await clerk.directory.members('org_1')).items).toEqual([
    { userId: 'user_ada', role: 'admin', name: 'user_ada' },
    bob,
  ]);
  const some = { userIds: ['user_bob', 'user_eve'] };
  expect((await clerk.directory.members('org_1', some)).items).toEqual([bob]);
  expect((await clerk.directory.members('org_1', { userIds: [] })).items).toEqual([]);
});

test('members() lists an organization of 150,000', async () => {
  const organization = { id: 'org_1', name: 'One', admin: 'user_ada', members: 149_999 };
  await using clerk = await startLargeClerk(organization);
  expect((await clerk.directory.members('org_1')).items).toHaveLength(150_000);
});

test('members() asks for at most 100 users at a time', async () => {
  const users = Array.from({ length: 250 }, (_, index) => `user_${index}`);
  const members = Object.fromEntries(users.map((id) => [id, 'org:member']));
  await using clerk = await clerkServer([{ id: 'org_1', name: 'One', metadata: {}, members }]);
  expect((await clerk.directory.members('org_1', { userIds: users })).items).toHaveLength(250);
  expect(clerk.requests).toHaveLength(3);
});
