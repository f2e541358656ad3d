import { z } from 'zod';
import { deedOf, describeDeed } from '../../audit/deed.ts';
import { formatHead } from '../../audit/head.ts';
import { parseJournal } from '../../audit/journal.ts';
import { lockOrganizations } from '../../clerk/lock-organizations.ts';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { batches } from '../../database/batches.ts';
import { Organization } from '../../database/entities/organization.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { everyScheme } from '../../database/former-secrets.ts';
import { Problem } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { lostKeysIn } from './lost-keys.ts';
import { reapply } from './reapply.ts';
import type { Repeating } from './revoke-again.ts';

/** A journal entry that stays lost, with the operator's task for it. */
const lostDeed = z.object({
  at: z.date(),
  action: z.string(),
  target: z.string().nullable(),
  advice: z.string(),
});

/** Accepts the losses of a restore, except for the permanent revocations in the journal. */
export const acceptRestore = defineOperation({
  name: 'restore.accept',
  summary: 'Accept a restore of the database, and revoke once more what a journal tells of',
  kind: 'mutation',
  access: operatorOnly({ whileRestored: true }),
  input: z.strictObject({
    /** Id of the declaration whose lease has run out. */
    declaration: z.string(),
    /** An audit export in NDJSON, of the time before the restore. */
    journal: z.string().nullable(),
  }),
  output: z.object({
    revokedKeys: z.int(),
    /** Lines of waiting imports that will be written as revoked: their sub-org is archived or removed. */
    waitingRevoked: z.int(),
    lost: z.array(lostDeed),
  }),
  prepare({ services }, { journal }) {
    if (journal === null) return [];
    const { auditLog } = services.database;
    return auditLog.lost(services.database.read(), parseJournal(journal));
  },
  async run(work, { declaration }, rows) {
    const { em, audit, services } = work;
    await assertDeclared(em, declaration);
    // Keeps imports from writing the secrets that are closed here.
    await acquireAdvisoryLock(em, 'key import');
    await holdOrganizations(
      work,
      rows.flatMap(({ orgId }) => orgId ?? []),
    );
    const repeating: Repeating = {
      work,
      lost: await lostKeysIn(em, rows),
      schemes: await everyScheme(em, services.schemes, services.encryption),
      madeSubOrgs: new Set(),
    };
    const held = (rows[0]?.seq ?? 1) - 1;
    let revokedKeys = 0;
    const lost: z.output<typeof lostDeed>[] = [];
    for (const event of rows) {
      for (const outcome of await reapply(repeating, deedOf(event, held))) {
        if (outcome.kind === 'left') {
          const { at, action, target = null } = event;
          lost.push({ at, action, target, advice: outcome.advice });
        }
        if (outcome.kind !== 'done') continue;
        const { deed, revokedKeys: revoked } = outcome;
        revokedKeys += revoked;
        const { orgId, target } = deed;
        // This row may be lost too: it holds everything needed to repeat the deed.
        audit({ orgId, target, changes: describeDeed(deed, revoked) });
      }
    }
    // Under a new id: a process may have seen an earlier id, which says nothing of this restore.
    await em.execute('delete from restoration where not accepted');
    const id = work.newId('restore');
    await em.execute('insert into restoration (id, accepted) values (?, ?)', [id, true]);
    const end = rows.at(-1);
    const journal = end === undefined ? null : formatHead(end);
    audit({ target: null, changes: { journal, revokedKeys, lost: lost.length } });
    return { revokedKeys, waitingRevoked: await countWaitingRevoked(em), lost };
  },
});

/** @throws {Problem} 409 where the awaited lease is not the last loss's. */
async function assertDeclared(em: EntityManager, id: string): Promise<void> {
  const found = await em.execute<unknown[]>(
    'select 1 from restoration where id = ? and not accepted',
    [id],
  );
  if (found.length > 0) return;
  throw new Problem(
    409,
    'The database was restored once more, or the restore accepted, meanwhile. Run "cli restore --accept" again.',
  );
}

async function countWaitingRevoked(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ readonly count: number | string }[]>(
    `select count(*) as count from key_import i
     join sub_org s on s.id = cast(i.item ->> 'subOrgId' as integer)
     where s.archived_at is not null or s.removed_at is not null`,
  );
  return Number(row?.count ?? 0);
}

/**
 * Organizations are locked before their keys, as everywhere. Until the commit no key is added, by
 * an import either.
 */
async function holdOrganizations(
  { em, now }: OperationContext,
  ids: readonly string[],
): Promise<void> {
  for (const some of batches([...new Set(ids)].sort())) {
    const known = await em.find(Organization, { id: { $in: some } }, { disableIdentityMap: true });
    if (known.length > 0) {
      const ids = known.map(({ id }) => id);
      await lockOrganizations(em, ids, now);
    }
  }
}
