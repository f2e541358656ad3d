import { z } from 'zod';
import { previewOf } from '../../api-keys/key-record.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import type { AuditEvent } from '../../database/entities/audit-event.ts';
import { Membership } from '../../database/entities/membership.ts';
import { Organization } from '../../database/entities/organization.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { Webhook } from '../../database/entities/webhook.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { shownName } from '../../wire/names.ts';
import { impersonation } from '../access.ts';

/** The kinds of an action's target. */
const targetKinds = [
  'api_key',
  'service_account',
  'sub_org',
  'organization',
  'user',
  'webhook',
  'job',
  'other',
] as const;
type TargetKind = (typeof targetKinds)[number];

/** An event as readers get it, with the names that its actor and its target have now. */
export const auditRecord = z.object({
  id: z.string(),
  at: timestamp,
  actor: z.object({
    /** Of a user or a key; null for others, such as `clerk`, of which there is one. */
    id: z.string().nullable(),
    kind: z.string(),
    name: z.string().nullable(),
    /** The user who acted in this user's place. */
    impersonatedBy: z.string().nullable(),
  }),
  action: z.string(),
  target: z
    .object({
      id: z.string(),
      kind: z.enum(targetKinds),
      name: z.string().nullable(),
      /** Of a key's current secret. */
      preview: z.string().nullable(),
    })
    .nullable(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  ipAddress: z.string().nullable(),
  requestId: z.string().nullable(),
});

export type AuditRecord = z.input<typeof auditRecord>;

interface Actor {
  readonly id: string | null;
  readonly kind: string;
  readonly impersonatedBy: string | null;
}

/** The parts of an actor's text: `user:ID`, `user:ID (by user:ID)`, `key:ID`, or a word. */
function actorOf(text: string): Actor {
  const [, kind, rest = ''] = /^(user|key):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return { id: null, kind: text, impersonatedBy: null };
  const at = kind === 'user' ? rest.indexOf(impersonation) : -1;
  if (at === -1) return { id: rest, kind, impersonatedBy: null };
  return { id: rest.slice(0, at), kind, impersonatedBy: rest.slice(at + impersonation.length, -1) };
}

const kindsByPrefix: Readonly<Record<string, TargetKind>> = {
  key: 'api_key',
  sa: 'service_account',
  wh: 'webhook',
  job: 'job',
};

function targetKindOf(target: string, action: string): TargetKind {
  if (/^[1-9]\d*$/.test(target)) return 'sub_org';
  if (action === 'clerk.membership' || action === 'clerk.user.deleted') return 'user';
  const kind = kindsByPrefix[target.split('_')[0] ?? ''];
  if (kind !== undefined) return kind;
  return /^(organizations|clerk|apiKeys|anthropicKey)\.|^jobs\.retryFailed$/.test(action)
    ? 'organization'
    : 'other';
}

/**
 * Events of an organization's log as readers get them. Names are only ever those of the
 * organization's own: a row that names another's key, or one that is gone, has none.
 */
export async function auditRecords(
  em: EntityManager,
  orgId: string,
  events: readonly AuditEvent[],
): Promise<AuditRecord[]> {
  const parts = events.map((event) => {
    const { action, target = null } = event;
    const actor = actorOf(event.actor);
    const kind = target === null ? 'other' : targetKindOf(target, action);
    return { event, actor, target: target === null ? null : { id: target, kind } };
  });
  const ids = (kind: TargetKind) => {
    const actorKind = kind === 'api_key' ? 'key' : kind;
    return new Set(
      parts.flatMap(({ actor, target }) => [
        ...(target?.kind === kind ? [target.id] : []),
        ...(actor.kind === actorKind && actor.id !== null ? [actor.id] : []),
      ]),
    );
  };
  const names = await namesOf(em, orgId, ids);
  const previews = await previewsOf(
    em,
    [...ids('api_key')].filter((id) => names.has(`api_key ${id}`)),
  );
  const nameOf = (kind: string, id: string) => {
    const name = names.get(`${kind} ${id}`);
    return name === undefined ? null : shownName(name);
  };
  return parts.map(({ event, actor, target }) => ({
    id: event.id,
    at: iso(event.at),
    actor: {
      ...actor,
      name: actor.id === null ? null : nameOf(actor.kind === 'key' ? 'api_key' : 'user', actor.id),
    },
    action: event.action,
    target: target && {
      ...target,
      name: nameOf(target.kind, target.id),
      preview: target.kind === 'api_key' ? (previews.get(target.id) ?? null) : null,
    },
    changes: event.changes ?? null,
    ipAddress: event.ipAddress ?? null,
    requestId: event.requestId ?? null,
  }));
}

/** Names by kind and id. */
async function namesOf(
  em: EntityManager,
  orgId: string,
  idsOf: (kind: TargetKind) => ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const among = (kind: TargetKind) => ({ $in: [...idsOf(kind)] });
  const fresh = { disableIdentityMap: true };
  const add = (kind: TargetKind, id: string | number, name: string | null | undefined) => {
    if (name != null) names.set(`${kind} ${id}`, name);
  };
  if (idsOf('api_key').size > 0) {
    const keys = await em.find(ApiKey, { orgId, id: among('api_key') }, fresh);
    for (const { id, label } of keys) add('api_key', id, label);
  }
  if (idsOf('service_account').size > 0) {
    const accounts = await em.find(ServiceAccount, { orgId, id: among('service_account') }, fresh);
    for (const { id, name } of accounts) add('service_account', id, name);
  }
  const numbers = [...idsOf('sub_org')].map(Number).filter((id) => id < 2 ** 31);
  if (numbers.length > 0) {
    const subOrgs = await em.find(SubOrg, { orgId, id: { $in: numbers } }, fresh);
    for (const { id, name } of subOrgs) add('sub_org', id, name);
  }
  if (idsOf('user').size > 0) {
    const members = await em.find(Membership, { clerkOrgId: orgId, userId: among('user') }, fresh);
    for (const { userId, name } of members) add('user', userId, name);
  }
  if (idsOf('webhook').size > 0) {
    const webhooks = await em.find(Webhook, { orgId, id: among('webhook') }, fresh);
    for (const { id, url } of webhooks) add('webhook', id, url);
  }
  if (idsOf('organization').size > 0) {
    const own = await em.findOne(Organization, { id: orgId }, fresh);
    add('organization', orgId, own?.name);
    const linked = await em.find(SubOrg, { orgId, clerkId: among('organization') }, fresh);
    for (const { clerkId, name } of linked) add('organization', clerkId ?? '', name);
  }
  return names;
}

async function previewsOf(em: EntityManager, keyIds: readonly string[]) {
  const secrets = await em.find(
    ApiKeySecret,
    { keyId: { $in: [...keyIds] }, retiresAt: null },
    { disableIdentityMap: true },
  );
  return new Map(secrets.map((secret) => [secret.keyId, previewOf(secret)]));
}
