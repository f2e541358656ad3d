import { raw } from '@mikro-orm/core';
import { z } from 'zod';
import { AuditEvent } from '../../database/entities/audit-event.ts';
import { impersonation, parentOrgAdmin } from '../access.ts';
import { instant, pageOf, paging, text, timestamp } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';

const auditRecord = z.object({
  id: z.string(),
  at: timestamp,
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  ipAddress: z.string().nullable(),
  requestId: z.string().nullable(),
});

/** Lists what was done in the organization, newest first. */
export const listAuditLog = defineOperation({
  name: 'auditLog.list',
  summary: 'The audit log of the organization',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({
    action: text(0, 100).optional(),
    actor: text(0, 200).optional(),
    target: text(0, 200).optional(),
    /** From this time on. */
    since: instant.optional(),
    /** Before this time. */
    until: instant.optional(),
    ...paging,
  }),
  output: pageOf(auditRecord),
  async run({ em, principal }, { action, actor, target, since, until, limit, cursor }) {
    // By place, which is the order of the commits: no row comes later to a page that was read.
    const start = decodeCursor(cursor, 'string', 'number');
    const where = {
      orgId: principal.organization.id,
      ...(action === undefined ? {} : { action }),
      ...(target === undefined ? {} : { target }),
      $and: [
        actor === undefined ? {} : isActor(actor),
        since === undefined ? {} : { at: { $gte: since } },
        until === undefined ? {} : { at: { $lt: until } },
        start === null ? {} : { seq: { $lt: Number(start[1]) } },
      ],
    };
    const rows = await em.find(AuditEvent, where, { orderBy: { seq: 'desc' }, limit: limit + 1 });
    const page = cutPage(rows, limit, ({ seq }) => ['', seq]);
    return {
      items: page.items.map((event) => ({
        id: event.id,
        at: event.at.toISOString(),
        actor: event.actor,
        action: event.action,
        target: event.target ?? null,
        changes: event.changes ?? null,
        ipAddress: event.ipAddress ?? null,
        requestId: event.requestId ?? null,
      })),
      nextCursor: page.nextCursor,
    };
  },
});

/** A user's own deeds, and those of an impersonator in the user's place. */
function isActor(actor: string) {
  const prefix = actor + impersonation;
  return { $or: [{ actor }, { [raw('substr(actor, 1, ?)', [[...prefix].length])]: prefix }] };
}
