import { readFile } from 'node:fs/promises';
import { formatHead } from '../audit/head.ts';
import { parseJournal } from '../audit/journal.ts';
import { systemClock } from '../clock/system-clock.ts';
import { commandName } from '../config/command-name.ts';
import type { LeaseTiming } from '../database/leases/ports.ts';
import { acceptRestore } from '../operations/restore/accept.ts';
import { declareRestore } from '../operations/restore/declare.ts';
import { snakeKeys } from '../wire/case.ts';
import type { Command } from './command.ts';

const restore: Command = {
  name: 'restore',
  usage: '[--accept [--journal FILE]]',
  summary:
    'After the database was restored: stop management, wait a lease, and accept what is lost',
  options: ['journal'],
  flags: ['accept'],
  async run(context, given) {
    const file = given.option('journal');
    const isAccepted = given.flag('accept');
    if (file !== undefined && !isAccepted) throw given.wrong('--journal needs --accept');
    const journal = file === undefined ? null : await readFile(context.path(file), 'utf8');
    const { services } = await context.installation();
    const { database } = services;
    // Parsed first: a bad journal is then reported now, not a lease later.
    if (journal !== null) await database.auditLog.lost(database.read(), parseJournal(journal));
    const { id: declaration, head } = await context.execute(declareRestore, null, {});
    await leaseOver(database.timing);
    if (!isAccepted) {
      const text = [
        `The restored audit log ends at ${head}`,
        `Management is refused until: ${commandName} restore --accept [--journal FILE]`,
      ];
      return { json: { head, accepted: false }, text: text.join('\n') };
    }
    const accepted = await context.execute(acceptRestore, null, { declaration, journal });
    const { revokedKeys, waitingRevoked, lost } = accepted;
    const end = journal === null ? undefined : parseJournal(journal).at(-1);
    const newHead = await database.auditLog.head(database.read());
    const text = [
      `The restore is accepted: ${revokedKeys} API keys were revoked once more`,
      ...(waitingRevoked === 0
        ? []
        : [
            `${waitingRevoked} keys of waiting imports will be written as revoked: their sub-organizations are archived or removed`,
          ]),
      ...(end === undefined ? [] : [`The journal ended at ${formatHead(end)}, the log at ${head}`]),
      `From now on expect ${newHead}`,
      ...lost.map(({ at, action, target, advice }) =>
        ['lost:', at.toISOString(), action, ...(target === null ? [] : [target]), '-', advice].join(
          ' ',
        ),
      ),
    ];
    const json = snakeKeys({
      ...{ head, newHead, accepted: true, revokedKeys, waitingRevoked, lost },
    });
    return { json, text: text.join('\n') };
  },
};

/** Waits until every lease that the restored database does not know of has run out. */
function leaseOver({ length, margin }: LeaseTiming): Promise<void> {
  return new Promise((resolve) => void systemClock(true).after(length + margin, resolve));
}

export const restoreCommands: readonly Command[] = [restore];
