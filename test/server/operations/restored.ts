import { newId } from '../../../core/mod.ts';
import { importKeys } from '../../../server/api-keys/import-keys.ts';
import { formatJournalLine } from '../../../server/audit/journal.ts';
import { recordOperation } from '../../../server/audit/record-event.ts';
import { rowsUpTo } from '../../../server/audit/rows.ts';
import { applyOrganization } from '../../../server/clerk/apply-organization.ts';
import type { OrganizationChange } from '../../../server/clerk/clerk-change.ts';
import { acceptRestore } from '../../../server/operations/restore/accept.ts';
import { declareRestore } from '../../../server/operations/restore/declare.ts';
import { backup } from '../../support/backup.ts';
import type { DatabaseKind, ServerOptions } from '../../support/server.ts';
import { startOperatorJobs } from '../queue/operator-jobs.ts';

/**
 * A server without a memory of the lost history, whose operator accepts restores. Management goes
 * on between a restore and its acceptance: tests can make new rows in that time.
 */
export async function startRestored(
  kind: DatabaseKind,
  options: Pick<ServerOptions, 'leaks' | 'dialects'> = {},
) {
  const it = await startOperatorJobs(kind, options);
  const { database, services } = it;
  const declare = async () => declareRestore.output.parse(await it.ask(declareRestore, {})).id;
  return Object.assign(it, {
    backup: () => backup(it.server.databaseUrl),
    declare,
    async journal() {
      const lines: string[] = [];
      for await (const row of rowsUpTo(database.read(), Number.MAX_SAFE_INTEGER)) {
        lines.push(formatJournalLine(row));
      }
      return lines.join('\n');
    },
    async accept(journal: string | null, declaration?: string) {
      const input = { declaration: declaration ?? (await declare()), journal };
      return acceptRestore.output.parse(await it.ask(acceptRestore, input));
    },
    /** Writes the keys of every import that waits. */
    async work() {
      await using worker = it.worker('key_import', importKeys(services));
      await worker.idle();
    },
    /** As Clerk's webhooks do. */
    tell: (change: OrganizationChange) =>
      database.transaction((em) =>
        applyOrganization(em, change, {
          ...{ now: new Date(it.clock.now()), logger: services.logger },
          rowMacs: database.rowMacs,
        }),
      ),
  });
}

/** Writes a single row of the audit log, as another version of the server would have. */
export async function record(
  { database, clock }: Pick<Awaited<ReturnType<typeof startRestored>>, 'database' | 'clock'>,
  deed: {
    readonly action: string;
    readonly orgId: string | null;
    readonly target: string | null;
    readonly changes: Readonly<Record<string, unknown>> | null;
  },
): Promise<void> {
  const at = new Date(clock.now());
  const origin = { actor: 'operator', ipAddress: null, requestId: null };
  await database.transaction(async (em) =>
    recordOperation(em, { ...deed, ...origin, id: newId('evt', at.getTime()), at }),
  );
}
