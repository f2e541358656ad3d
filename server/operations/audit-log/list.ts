import { z } from 'zod';
import { auditActions } from '../../audit/actions.ts';
import { instant, pageOf, paging, text } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { auditRecord, auditRecords } from './audit-record.ts';
import { newestEvents } from './logged-events.ts';

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
  async run({ principal, services }, { limit, cursor, ...filters }) {
    const { rows } = services.database;
    const orgId = principal.organization.id;
    const start = decodeCursor(cursor, 'string', 'number');
    const before = start === null ? null : Number(start[1]);
    const events = await newestEvents(rows, orgId, filters, { before, limit: limit + 1 });
    const page = cutPage(events, limit, ({ seq }) => ['', seq]);
    return { items: await auditRecords(rows, orgId, page.items), nextCursor: page.nextCursor };
  },
});
