import type { Logger } from 'pino';
import { newId } from '../../core/mod.ts';
import type { ForgedRow } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import { recordEvent } from './record-event.ts';

/** Reports rows that grant rights without a valid MAC. */
export interface ForgedRows extends AsyncDisposable {
  /**
   * Counts every encounter of such a row. The first 100 rows of a process are logged and audited,
   * once each; one line in the log announces that there are more.
   */
  report(row: ForgedRow): void;
  /** The database whose audit log gets later reports. */
  recordIn(database: Database): void;
  /** Number of encounters. */
  count(): number;
}

/** Maximum of named rows: without it, forged rows would fill the audit log. */
const mostNamed = 100;

/**
 * Creates the reporter. Dispose of it before the database is closed: that finishes the pending
 * records.
 */
export function createForgedRows({
  logger,
  now,
}: {
  readonly logger: Pick<Logger, 'error'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}): ForgedRows {
  const reported = new Set<string>();
  const recording = new Set<Promise<void>>();
  let database: Database | null = null;
  let count = 0;
  let isCutOff = false;

  async function record({ kind, id, orgId }: ForgedRow): Promise<void> {
    const at = new Date(now());
    await database?.transaction(async (em) =>
      recordEvent(em, {
        id: newId('evt', at.getTime()),
        orgId,
        at,
        actor: 'server',
        action: 'integrity.forgedRow',
        target: id,
        changes: { kind },
        ipAddress: null,
        requestId: null,
      }),
    );
  }

  return {
    report(row) {
      count += 1;
      const name = JSON.stringify([row.kind, row.id, row.orgId]);
      if (reported.has(name)) return;
      if (reported.size >= mostNamed) {
        if (!isCutOff) logger.error(`more than ${mostNamed} forged rows: the rest is only counted`);
        isCutOff = true;
        return;
      }
      reported.add(name);
      logger.error({ row }, 'a row was not written by the server: it gives nothing');
      const recorded = record(row)
        .catch((error) => logger.error({ err: error, row }, 'a forged row could not be audited'))
        .finally(() => recording.delete(recorded));
      recording.add(recorded);
    },
    recordIn(opened) {
      database = opened;
    },
    count: () => count,
    async [Symbol.asyncDispose]() {
      await Promise.all(recording);
    },
  };
}
