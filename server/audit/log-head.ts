import type { Logger } from 'pino';
import { newId } from '../../core/mod.ts';
import { hour } from '../clock/durations.ts';
import { repeat } from '../clock/repeat.ts';
import type { AuditedDatabase } from './audited-database.ts';
import { recordEvent } from './record-event.ts';

/** Options of the head's hourly log line. */
export interface LogHeadOptions {
  readonly database: AuditedDatabase;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly timer?: Parameters<typeof repeat>[0]['timer'];
}

/**
 * Writes the audit log's head to the server's log, now and every hour. A copy outside the database
 * exposes a later truncation of the audit log.
 *
 * @returns dispose of it to stop.
 */
export function logHead({ database, now, logger, timer }: LogHeadOptions): AsyncDisposable {
  return repeat({
    name: 'logging the head of the audit log',
    async run() {
      await takeOver(database, now());
      logger.info({ auditHead: await database.auditLog.head(database.read()) }, 'audit log');
    },
    every: hour,
    logger,
    ...(timer === undefined ? {} : { timer }),
  });
}

/**
 * Appends a row under the current secret where the last row is under the previous one. It
 * authenticates all rows before it, also after the previous secret is gone.
 */
async function takeOver(database: AuditedDatabase, now: number): Promise<void> {
  const { auditLog } = database;
  if (!(await auditLog.endsUnderAnother(database.read()))) return;
  await database.transaction(async (em) => {
    recordEvent(em, {
      id: newId('evt', now),
      orgId: null,
      at: new Date(now),
      actor: 'server',
      action: 'server.secretChanged',
      target: null,
      changes: null,
      ipAddress: null,
      requestId: null,
    });
  });
}
