import { Webhook } from 'standardwebhooks';
import { testTime } from './tokens.ts';

export const signingSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** A webhook request as Clerk sends it. */
export function signed(
  event: unknown,
  { id = 'msg_1', at = testTime, secret = signingSecret } = {},
): { headers: Headers; body: string } {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const signature = new Webhook(secret).sign(id, new Date(at), body);
  const timestamp = `${Math.floor(at / 1000)}`;
  const headers = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature };
  return { headers: new Headers(headers), body };
}

type Metadata = Record<string, unknown>;

export function organizationEvent(
  id: string,
  metadata: Metadata | null = {},
  { type = 'organization.updated', name = 'Acme', timestamp = testTime } = {},
) {
  const data = { id, object: 'organization', name, slug: 'acme', public_metadata: metadata };
  return { object: 'event', type, timestamp, data };
}

export function deletedEvent(type: 'organization' | 'user', id: string, timestamp = testTime) {
  const data = { id, object: type, deleted: true };
  return { object: 'event', type: `${type}.deleted`, timestamp, data };
}

export function membershipEvent(
  verb: 'created' | 'updated' | 'deleted',
  role = 'org:admin',
  timestamp = testTime,
) {
  const data = {
    id: 'orgmem_1',
    object: 'organization_membership',
    organization: { id: 'org_acme', object: 'organization', name: 'Acme' },
    public_user_data: { user_id: 'user_ada', identifier: 'ada@example.com' },
    role,
  };
  return { object: 'event', type: `organizationMembership.${verb}`, timestamp, data };
}
