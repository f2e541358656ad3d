import { z } from 'zod';
import { keepFormerSecret } from '../../database/former-secrets.ts';
import { assertNothingLeft } from '../../database/left-secrets.ts';
import { Problem } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/**
 * Makes `SERVER_SECRET` the secret for everything new, on every process, once each of them knows
 * both. Until then the previous one stays in use: a process that knows only that one can read every
 * new row.
 */
export const changeSecret = defineOperation({
  name: 'secrets.change',
  summary: 'Store everything new under SERVER_SECRET, once every process knows both secrets',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({}),
  output: z.object({ inUse: z.string() }),
  /**
   * Every process has to acknowledge an empty change. A dead process is evicted this way: it has to
   * be silent for a whole wait after it was seen to be behind, which takes two rounds.
   */
  async prepare({ services: { database, propagated } }) {
    for (let round = 0; round < 2; round++) {
      await database.transaction((em) => em.execute('update secret_in_use set name = name'));
      await propagated();
    }
  },
  async run({ em, services, audit, now }) {
    const [newest, previous] = services.keyring.accepted;
    if (newest === undefined || previous === undefined) {
      throw new Problem(
        409,
        'SERVER_SECRET_PREVIOUS is not set: set the new secret as SERVER_SECRET and the present one ' +
          'as SERVER_SECRET_PREVIOUS, here and on every server, and restart them',
      );
    }
    const replaced = services.keyring.current();
    const before = replaced.name;
    if (before === newest.name) throw new Problem(409, 'SERVER_SECRET is the one in use already');
    await assertNothingLeft(em, services.keyring, now);
    const holders = await em.execute<{ id: string; secrets: string }[]>(
      'select id, secrets from holder order by id',
    );
    const unready = holders.filter(({ secrets }) => !secrets.split(' ').includes(newest.name));
    if (unready.length > 0) {
      const ids = unready.map(({ id }) => id).join(', ');
      throw new Problem(
        409,
        `${unready.length} of ${holders.length} processes do not know the new secret: start them ` +
          `with it as SERVER_SECRET and the present one as SERVER_SECRET_PREVIOUS (${ids})`,
      );
    }
    const changed = await em.execute<unknown[]>(
      'update secret_in_use set name = ? where name = ? returning name',
      [newest.name, before],
    );
    if (changed.length === 0) throw new Problem(409, 'The secret was changed meanwhile');
    await keepFormerSecret(em, services.encryption, replaced, newest);
    // Switched before the audit row is written: the log's last row has to be under the new secret.
    services.keyring.use(newest.name);
    audit({ target: null, changes: { secret: { before, after: newest.name } } });
    return { inUse: newest.name };
  },
});
