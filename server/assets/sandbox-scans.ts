import type { RowMacs } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import type { Job } from '../database/entities/job.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { rowsWithin } from '../database/rows.ts';
import { storedJson } from '../database/stored-json.ts';
import { isQueuedByServer, sandboxTypes, taskTypeOf } from '../queue/queue-job.ts';
import { sampleFailure, sampleOf, sampleReports } from './sample-reports.ts';
import { queuedByEarlierVersion, readScanInput } from './scan-input.ts';
import { toScanResult } from './scan-result.ts';
import { settleAssets } from './settle-asset.ts';

/** Scans per transaction: on SQLite a statement holds the event loop. */
export const scansAtOnce = 200;

/** Options of sandbox scans. */
export interface SandboxOptions {
  readonly database: Database;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The duration of a sandbox scan, in milliseconds. */
  readonly lastingMs: number;
}

/** The fields that decide a scan, one per column. */
type DueScan = Pick<
  Job,
  'id' | 'type' | 'orgId' | 'subOrgId' | 'repoId' | 'extensionId' | 'createdBy' | 'environment'
> &
  Pick<Job, 'mac' | 'status'> & { readonly input: string | null; readonly task: string };

/** The end of a scan. */
type Ending =
  | { readonly status: 'completed'; readonly result: string }
  | { readonly status: 'failed'; readonly errorMessage: string };

/**
 * Begins and ends the sandbox scans that are due, many in one transaction. They read nothing and ask no
 * one, so no worker claims them: a running one is a task that falls due at its end.
 *
 * @returns how many; there may be more.
 */
export async function runSandboxScans(options: SandboxOptions): Promise<number> {
  const { database } = options;
  const now = new Date(options.now());
  // On SQLite a transaction waits for the write lock even when nothing is due: hence a read first.
  const [any] = await database.rows.all(`select 1 ${dueAt} limit 1`, [now, now]);
  return any === undefined ? 0 : database.transaction((em) => runDue(em, options, now));
}

const dueAt = `from task t join job j on j.id = t.id
  where t.type in (${sandboxTypes.map((type) => `'${type}'`).join(', ')})
    and t.run_at <= ? and (t.leased_until is null or t.leased_until <= ?)`;

async function runDue(
  em: EntityManager,
  { database: { rowMacs }, lastingMs }: SandboxOptions,
  now: Date,
): Promise<number> {
  const { dialect, all } = rowsWithin(em);
  const due = await all<DueScan>(
    `select j.id, j.type, j.org_id as "orgId", j.sub_org_id as "subOrgId", j.repo_id as "repoId",
       j.extension_id as "extensionId", j.created_by as "createdBy", j.environment, j.mac, j.status,
       ${dialect.jsonText('j.input')} as input, t.type as task
     ${dueAt} order by t.run_at, t.id limit ${scansAtOnce} ${dialect.skipLocked('j')}`,
    [now, now],
  );
  const open = due.filter(({ status }) => status === 'queued' || status === 'running');
  const begun: string[] = [];
  const ended = new Map<Ending, string[]>();
  for (const scan of open) {
    const ending = endingOf(scan, rowMacs);
    if (ending === null) begun.push(scan.id);
    else {
      const ids = ended.get(ending) ?? [];
      ended.set(ending, ids);
      ids.push(scan.id);
    }
  }
  const isAmong = dialect.among('id');
  if (begun.length > 0) {
    await all(
      `update job set status = 'running', progress = 50, total = 100, started_at = ?, updated_at = ?
       where ${isAmong}`,
      [now, now, JSON.stringify(begun)],
    );
  }
  for (const [ending, ids] of ended) await end(em, ending, ids, now);
  await settleAssets(em, open, now);
  // Records come before tasks: the order of locks of every statement that changes both.
  if (begun.length > 0) {
    const until = new Date(now.getTime() + lastingMs);
    const claim = 'run_at = ?, lease = null, leased_until = null';
    await all(`update task set ${claim} where ${isAmong}`, [until, JSON.stringify(begun)]);
  }
  const isBegun = new Set(begun);
  const over = due.flatMap(({ id }) => (isBegun.has(id) ? [] : id));
  if (over.length > 0) await all(`delete from task where ${isAmong}`, [JSON.stringify(over)]);
  return due.length;
}

const forged = failedFor('The job was not queued by the server');
const outdated = failedFor(queuedByEarlierVersion);
const sampleFailed = failedFor(sampleFailure);
const completed = new Map(
  Object.values(sampleReports).map((report) => [
    report,
    { status: 'completed', result: JSON.stringify(toScanResult(report)) } as const,
  ]),
);

function failedFor(errorMessage: string): Ending {
  return { status: 'failed', errorMessage };
}

/** The end of a due scan; null for one that begins. */
function endingOf(scan: DueScan, rowMacs: RowMacs): Ending | null {
  const stored = storedJson(scan.input);
  const input = isObject(stored) ? stored : null;
  const job = { ...scan, input };
  if (scan.task !== taskTypeOf(job) || !isQueuedByServer(rowMacs, job)) return forged;
  const order = readScanInput(input);
  if (order === null) return outdated;
  if (scan.status === 'queued') return null;
  const sample = sampleOf(order);
  return (sample === null ? undefined : completed.get(sample)) ?? sampleFailed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function end(
  em: EntityManager,
  ending: Ending,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const { dialect, all } = rowsWithin(em);
  const isCompleted = ending.status === 'completed';
  await all(
    `update job set status = '${ending.status}', completed_at = ?, updated_at = ?,
       ${isCompleted ? 'progress = 100, result = ?' : 'error_message = ?'}
     where ${dialect.among('id')}`,
    [now, now, isCompleted ? ending.result : ending.errorMessage, JSON.stringify(ids)],
  );
}
