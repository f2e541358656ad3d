import { z } from 'zod';
import type { EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { AuditEvent } from '../../database/entities/audit-event.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { applyOrganizationDeleted } from '../../sessions/apply-organization.ts';
import { revokeKeys } from '../api-keys/revoke-keys.ts';
import type { Work } from '../operation.ts';

const revocation = z.object({ reason: z.string().nullable() });
const leak = z.object({ action: z.literal('key revoked') });
const again = z.object({ action: z.string() });

/** What was made after the last row that the log and the journal have in common. */
export interface MadeSince {
  readonly keys: readonly string[];
  readonly subOrgs: readonly number[];
}

/**
 * Reads what was made since a place in the audit log: by its place, because a time is one machine's. It
 * may have the id of what was lost, and is not what the journal tells of.
 */
export async function madeSince(em: EntityManager, seq: number): Promise<MadeSince> {
  const targets = async (actions: readonly string[]) => {
    const where = { seq: { $gt: seq }, action: { $in: [...actions] } };
    return (await em.find(AuditEvent, where)).flatMap(({ target }) => target ?? []);
  };
  return {
    keys: await targets(['apiKeys.create', 'apiKeys.import']),
    subOrgs: (await targets(['subOrgs.create', 'subOrgs.add'])).map(Number),
  };
}

/**
 * Does once more what a lost row of the audit log says was revoked.
 *
 * @returns how many keys were revoked; null when the row revoked nothing.
 */
export async function reapply(
  work: Work,
  event: AuditEvent,
  since: MadeSince,
): Promise<number | null> {
  const { em, now, services } = work;
  const { at, changes } = event;
  const target = event.target ?? '';
  const orgId = event.orgId ?? '';
  const { rowMacs } = services.database;
  // An earlier restore did it once more, and the log says so under its own name.
  const inner =
    event.action === 'restore.accept' ? again.safeParse(changes).data?.action : undefined;
  const action = inner ?? event.action;
  const before = since.keys.length === 0 ? {} : { $not: { id: { $in: [...since.keys] } } };
  const revoke = (where: Parameters<typeof revokeKeys>[1], reason: string | null) =>
    revokeKeys(em, where, reason, { now, random: services.random, rowMacs });
  const ofSubOrg = async (values: Partial<SubOrg>, reason: string) => {
    const id = Number(target);
    if (since.subOrgs.includes(id)) return 0;
    await em.nativeUpdate(SubOrg, { id, orgId, archivedAt: null, removedAt: null }, values);
    return revoke({ subOrgId: id, orgId, ...before }, reason);
  };
  switch (action) {
    case 'apiKeys.revoke':
      return revoke({ id: target }, revocation.safeParse(changes).data?.reason ?? null);
    case 'apiKeys.revokeAll':
      return revoke({ orgId: target, ...before }, 'all keys revoked');
    case 'leaks.report':
    case 'leaks.github':
      return inner !== undefined || leak.safeParse(changes).success
        ? revoke({ id: target }, 'leaked')
        : null;
    case 'subOrgs.archive':
      return ofSubOrg({ archivedAt: at }, 'sub-organization archived');
    case 'subOrgs.remove':
      return ofSubOrg({ removedAt: at, clerkId: null, linkMac: null }, 'sub-organization removed');
    case 'clerk.organization.deleted': {
      const live = await em.count(ApiKey, { orgId: target, revokedAt: null });
      await applyOrganizationDeleted(em, { id: target }, { now, rowMacs });
      return live;
    }
    default:
      return null;
  }
}
