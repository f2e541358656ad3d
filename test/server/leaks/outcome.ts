import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import type { RunningServer } from '../../support/server.ts';

/** Whether a key is let in: 200 or 401. */
export const works = async (server: RunningServer, as: string) =>
  (await server.fetch('/api/v1/key', { as })).status;

/** The audit log's entries about leaks, oldest first. */
export async function leaksIn({ database }: RunningServer) {
  const where = { action: { $in: ['leaks.github', 'leaks.report'] } };
  const rows = await database.read().find(AuditEvent, where, { orderBy: { seq: 'asc' } });
  return rows.map(({ actor, orgId, target, changes }) => ({ actor, orgId, target, ...changes }));
}
