import { z } from 'zod';
import type { AuditEvent } from '../../database/entities/audit-event.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { revokeKeys } from '../api-keys/revoke-keys.ts';
import type { Work } from '../operation.ts';

const revocation = z.object({ reason: z.string().nullable() });
const leak = z.object({ action: z.literal('key revoked') });

/**
 * Does once more what a lost row of the audit log says was revoked.
 *
 * @returns how many keys were revoked; null when the row revoked nothing.
 */
export async function reapply(work: Work, event: AuditEvent): Promise<number | null> {
  const { em, now, services } = work;
  const { action, at, changes } = event;
  const target = event.target ?? '';
  const orgId = event.orgId ?? '';
  const revoke = (where: Parameters<typeof revokeKeys>[1], reason: string | null) =>
    revokeKeys(em, where, reason, {
      now,
      random: services.random,
      rowMacs: services.database.rowMacs,
    });
  // A sub-org that was made since the restore may have the id of one that was lost.
  const before = { createdAt: { $lte: at } };
  const subOrg = { id: Number(target), orgId, ...before };
  const keysOfSubOrg = { subOrgId: Number(target), orgId, ...before };
  switch (action) {
    case 'apiKeys.revoke':
      return revoke({ id: target }, revocation.safeParse(changes).data?.reason ?? null);
    case 'apiKeys.revokeAll':
      return revoke({ orgId: target, ...before }, 'all keys revoked');
    case 'leaks.report':
    case 'leaks.github':
      return leak.safeParse(changes).success ? revoke({ id: target }, 'leaked') : null;
    case 'subOrgs.archive':
      await em.nativeUpdate(SubOrg, { ...subOrg, archivedAt: null }, { archivedAt: at });
      return revoke(keysOfSubOrg, 'sub-organization archived');
    case 'subOrgs.remove':
      await em.nativeUpdate(
        SubOrg,
        { ...subOrg, removedAt: null },
        { removedAt: at, clerkId: null, linkMac: null },
      );
      return revoke(keysOfSubOrg, 'sub-organization removed');
    default:
      return null;
  }
}
