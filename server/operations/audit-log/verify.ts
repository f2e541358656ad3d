import { z } from 'zod';
import { parseHead } from '../../audit/head.ts';
import { invalidField } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/** Compares every row of the audit log with its MAC. */
export const verifyAuditLog = defineOperation({
  name: 'auditLog.verify',
  summary: 'Whether the audit log is as it was written',
  kind: 'query',
  access: operatorOnly(),
  /** A head that the server logged, kept where no access to the database reaches it. */
  input: z.strictObject({ head: z.string().optional() }),
  output: z.object({
    events: z.int(),
    head: z.string(),
    fault: z.object({ seq: z.int(), kind: z.string(), detail: z.string() }).nullable(),
  }),
  run({ em, services }, { head }) {
    const trusted = head === undefined ? null : parseHead(head);
    if (head !== undefined && trusted === null) {
      throw invalidField('head', 'expected a head as the server logs it, SEQ:MAC');
    }
    return services.database.auditLog.verify(em, trusted);
  },
});
