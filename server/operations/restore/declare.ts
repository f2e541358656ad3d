import { z } from 'zod';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/**
 * Declares that the database was restored: from then on every process refuses management and asks
 * the database for each verification. Each declaration is a separate row: it is gone when the
 * database is restored once more, and then its lease counts for nothing.
 */
export const declareRestore = defineOperation({
  name: 'restore.declare',
  summary: 'Declare that the database was restored',
  kind: 'mutation',
  access: operatorOnly({ whileRestored: true }),
  input: z.strictObject({}),
  output: z.object({ id: z.string(), head: z.string() }),
  async run({ em, audit, newId, services }) {
    const head = await services.database.auditLog.head(em);
    const id = newId('restore');
    await em.execute('insert into restoration (id, accepted) values (?, ?)', [id, false]);
    audit({ target: id, changes: { head } });
    return { id, head };
  },
});
