import { z } from 'zod';
import { previewColumn } from '../../api-keys/key-record.ts';
import type { Rows } from '../../database/rows.ts';
import { timestamp } from '../../wire/fields.ts';
import { shownName } from '../../wire/names.ts';
import { impersonation } from '../access.ts';
import type { LoggedEvent } from './logged-events.ts';

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
  rows: Rows,
  orgId: string,
  events: readonly LoggedEvent[],
): Promise<AuditRecord[]> {
  const parts = events.map((event) => {
    const { action, target } = event;
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
  const names = await namesOf(rows, orgId, ids);
  const previews = await previewsOf(
    rows,
    [...ids('api_key')].filter((id) => names.has(`api_key ${id}`)),
  );
  const nameOf = (kind: string, id: string) => {
    const name = names.get(`${kind} ${id}`);
    return name === undefined ? null : shownName(name);
  };
  return parts.map(({ event, actor, target }) => ({
    id: event.id,
    at: event.at,
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
    changes: event.changes,
    ipAddress: event.ipAddress,
    requestId: event.requestId,
  }));
}

/** The tables with names, by the kind of a target: each row's id, name and organization. */
const named: readonly (readonly [
  TargetKind,
  table: string,
  id: string,
  name: string,
  org: string,
])[] = [
  ['api_key', 'api_key', 'id', 'label', 'org_id'],
  ['service_account', 'service_account', 'id', 'name', 'org_id'],
  ['user', 'membership', 'user_id', 'name', 'clerk_org_id'],
  ['webhook', 'webhook', 'id', 'url', 'org_id'],
  ['organization', 'sub_org', 'clerk_id', 'name', 'org_id'],
];

/** Names by kind and id. */
async function namesOf(
  rows: Rows,
  orgId: string,
  idsOf: (kind: TargetKind) => ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const add = async (kind: TargetKind, sql: string, ...values: readonly string[]) => {
    const found = await rows.all<{ id: string | number; name: string | null }>(sql, values);
    for (const { id, name } of found) if (name !== null) names.set(`${kind} ${id}`, name);
  };
  if (idsOf('organization').size > 0) {
    await add('organization', 'select id, name from organization where id = ?', orgId);
  }
  for (const [kind, table, id, name, org] of named) {
    const ids = [...idsOf(kind)];
    if (ids.length === 0) continue;
    const sql = `select ${id} as id, ${name} as name from ${table}
      where ${org} = ? and ${rows.dialect.among(id)}`;
    await add(kind, sql, orgId, JSON.stringify(ids));
  }
  const subOrgs = [...idsOf('sub_org')];
  if (subOrgs.length > 0) {
    const isOne = rows.dialect.among('cast(id as text)');
    const sql = `select id, name from sub_org where org_id = ? and ${isOne}`;
    await add('sub_org', sql, orgId, JSON.stringify(subOrgs));
  }
  return names;
}

async function previewsOf(rows: Rows, keyIds: readonly string[]) {
  if (keyIds.length === 0) return new Map<string, string>();
  const secrets = await rows.all<{ id: string; preview: string }>(
    `select s.key_id as id, ${previewColumn('s')} as preview from api_key_secret s
     where s.retires_at is null and ${rows.dialect.among('s.key_id')}`,
    [JSON.stringify(keyIds)],
  );
  return new Map(secrets.map(({ id, preview }) => [id, preview]));
}
