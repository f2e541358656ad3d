import { randomBytes } from 'node:crypto';
import { createKeyring } from '../crypto/keyring.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../database/database.ts';
import { type AuditLog, createAuditLog } from './audit-log.ts';
import { withRecording } from './record-event.ts';

/** A database whose transactions append their recorded events to the audit log. */
export interface AuditedDatabase extends Database {
  readonly auditLog: AuditLog;
}

/**
 * Opens a database with its audit log; see `openDatabase`.
 *
 * @param options - the keyring signs the log; without one, no other process can verify it.
 */
export async function openAuditedDatabase(
  url: string,
  options: Omit<DatabaseOptions, 'recording'> = {},
): Promise<AuditedDatabase> {
  const { keyring = createKeyring(randomBytes(32), null) } = options;
  const auditLog = createAuditLog(
    keyring.key('audit'),
    keyring.accepted.map(({ name }) => name),
  );
  const database = await openDatabase(url, {
    ...options,
    keyring,
    recording: (em, work) => withRecording(em, work, (events) => auditLog.append(em, events)),
  });
  return Object.assign(database, { auditLog });
}
