import { z } from 'zod';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/**
 * Declares that the database was restored: from then on every process refuses management and asks the
 * database for each verification. Declaring twice is one restore.
 */
export const declareRestore = defineOperation({
  name: 'restore.declare',
  summary: 'Declare that the database was restored',
  kind: 'mutation',
  access: operatorOnly({ whileRestored: true }),
  input: z.strictObject({}),
  output: z.object({ head: z.string() }),
  async run({ em, audit, newId, services }) {
    const head = await services.database.auditLog.head(em);
    const [pending] = await em.execute<unknown[]>('select 1 from restoration where not accepted');
    if (pending === undefined) {
      const id = newId('restore');
      await em.execute('insert into restoration (id, accepted) values (?, ?)', [id, false]);
      audit({ target: id, changes: { head } });
    }
    return { head };
  },
});
