import { z } from 'zod';
import { formatHead } from '../../audit/head.ts';
import { parseJournal } from '../../audit/journal.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { madeSince, reapply } from './reapply.ts';

/** Accepts what a restore has lost, but for the revocations that a journal still tells of. */
export const acceptRestore = defineOperation({
  name: 'restore.accept',
  summary: 'Accept a restore of the database, and revoke once more what a journal tells of',
  kind: 'mutation',
  access: operatorOnly({ whileRestored: true }),
  /** An audit export in NDJSON, of the time before the restore. */
  input: z.strictObject({ journal: z.string().nullable() }),
  output: z.object({
    revokedKeys: z.int(),
    /** What the journal tells of besides, which stays lost. */
    lost: z.array(z.object({ at: z.date(), action: z.string(), target: z.string().nullable() })),
  }),
  prepare({ services }, { journal }) {
    if (journal === null) return [];
    const { auditLog } = services.database;
    return auditLog.lost(services.database.read(), parseJournal(journal));
  },
  async run(work, _input, rows) {
    const { em, audit } = work;
    let revokedKeys = 0;
    const lost: (typeof rows)[number][] = [];
    const since = await madeSince(em, (rows[0]?.seq ?? 1) - 1);
    for (const event of rows) {
      const revoked = await reapply(work, event, since);
      if (revoked === null) lost.push(event);
      else revokedKeys += revoked;
      if (revoked !== null && revoked > 0) {
        const changes = { action: event.action, at: event.at, revokedKeys: revoked };
        audit({ orgId: event.orgId ?? null, target: event.target ?? null, changes });
      }
    }
    // Under a new id: one that a process has seen before says nothing of this restore.
    await em.execute('delete from restoration where not accepted');
    const id = work.newId('restore');
    await em.execute('insert into restoration (id, accepted) values (?, ?)', [id, true]);
    const end = rows.at(-1);
    const journal = end === undefined ? null : formatHead(end);
    audit({ target: null, changes: { journal, revokedKeys, lost: lost.length } });
    return {
      revokedKeys,
      lost: lost.map(({ at, action, target = null }) => ({ at, action, target })),
    };
  },
});
