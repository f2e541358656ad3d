import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** One management action: actor, action and target. A row never changes after its insert. */
export const AuditEvent = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  indexes: [{ properties: ['orgId', 'seq'] }, { properties: ['target'] }],
  properties: {
    /** `evt_` and a ULID. */
    id: p.string().primary(),
    /** Its place in the log: 1, 2, 3 and so on, without a gap. */
    seq: p.integer().unique(),
    /** Null for an action on the installation as a whole. */
    orgId: p.string().nullable(),
    at: p.datetime(3),
    /** `user:ID`, `operator`, `clerk`, `github`, `anyone` or `server`. */
    actor: p.text(),
    /** The operation's name, for example `apiKeys.revoke`. */
    action: p.string(),
    target: p.text().nullable(),
    /** Before and after by field; never a secret. */
    changes: p.json<Record<string, unknown>>().nullable(),
    ipAddress: p.string().nullable(),
    requestId: p.string().nullable(),
    /** HMAC over this row and everything before it; see audit/README.md. */
    mac: p.string(),
  },
});

export type AuditEvent = InferEntity<typeof AuditEvent>;
