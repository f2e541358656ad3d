import { raw } from '@mikro-orm/core';
import { z } from 'zod';
import { auditActions } from '../../audit/actions.ts';
import { AuditEvent } from '../../database/entities/audit-event.ts';
import { instant, pageOf, paging, text } from '../../wire/fields.ts';
import { impersonation, parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { auditRecord, auditRecords } from './audit-record.ts';

/** Lists the organization's audit events, newest first. */
export const listAuditLog = defineOperation({
  name: 'auditLog.list',
  summary: 'The audit log of the organization',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({
    action: z.enum(auditActions).optional(),
    /** `user:ID`, `key:ID`, the id alone, or a word such as `clerk`. */
    actor: text(0, 200).optional(),
    target: text(0, 200).optional(),
    /** From this time on. */
    from: instant.optional(),
    /** Before this time. */
    to: instant.optional(),
    ...paging,
  }),
  output: pageOf(auditRecord),
  async run({ em, principal }, { action, actor, target, from, to, limit, cursor }) {
    // Ordered by place in the log, which is the order of the commits: no later row appears in a
    // page that was read.
    const start = decodeCursor(cursor, 'string', 'number');
    const where = {
      orgId: principal.organization.id,
      ...(action === undefined ? {} : { action }),
      ...(target === undefined ? {} : { target }),
      $and: [
        actor === undefined ? {} : isActor(actor),
        from === undefined ? {} : { at: { $gte: from } },
        to === undefined ? {} : { at: { $lt: to } },
        start === null ? {} : { seq: { $lt: Number(start[1]) } },
      ],
    };
    const rows = await em.find(AuditEvent, where, { orderBy: { seq: 'desc' }, limit: limit + 1 });
    const page = cutPage(rows, limit, ({ seq }) => ['', seq]);
    return {
      items: await auditRecords(em, principal.organization.id, page.items),
      nextCursor: page.nextCursor,
    };
  },
});

/** A user's own actions, and those of an impersonator in the user's place. */
function isActor(actor: string) {
  const texts = actor.includes(':') ? [actor] : [actor, `user:${actor}`, `key:${actor}`];
  const prefixes = texts.map((text) => text + impersonation);
  return {
    $or: [
      { actor: { $in: texts } },
      ...prefixes.map((prefix) => ({
        [raw('substr(actor, 1, ?)', [[...prefix].length])]: prefix,
      })),
    ],
  };
}
