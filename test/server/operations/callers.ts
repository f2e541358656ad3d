import { demoIds, issueKey, revokeKey } from '../../support/issued-keys.ts';
import type { RunningServer } from '../../support/server.ts';

/** Every kind of caller that an operation is tried as. */
export const callerKinds = [
  'nobody',
  'a junk token',
  'an expired session',
  'a pending session',
  'a revoked key',
  'an outsider',
  'a sub-org admin',
  'a parent member',
  'a tier-1 admin',
  'an org-wide key',
  'a scoped key',
  'the parent admin',
] as const;

export type CallerKind = (typeof callerKinds)[number];

/** The bearer token of every kind of caller; undefined without a credential. The keys last for the suite. */
export async function callers(
  server: RunningServer,
): Promise<Record<CallerKind, string | undefined>> {
  const { mobile } = await demoIds(server);
  const revoked = await issueKey(server);
  await revokeKey(server, revoked.id);
  const admin = { user: 'user_ada', organization: 'org_demo_acme', role: 'admin' } as const;
  const longAgo = Math.floor(Date.now() / 1000) - 3600;
  const expired = { iat: longAgo, nbf: longAgo, exp: longAgo + 60 };
  return {
    nobody: undefined,
    'a junk token': 'junk.junk.junk',
    'an expired session': server.session({ ...admin, claims: expired }),
    'a pending session': server.session({ ...admin, claims: { sts: 'pending' } }),
    'a revoked key': revoked.raw,
    'an outsider': server.token('outsider'),
    'a sub-org admin': server.token('sub-org-admin'),
    'a parent member': server.token('parent-member'),
    'a tier-1 admin': server.token('tier-1-admin'),
    'an org-wide key': (await issueKey(server)).raw,
    'a scoped key': (await issueKey(server, { sub_org_id: mobile })).raw,
    'the parent admin': server.token('parent-admin'),
  };
}
