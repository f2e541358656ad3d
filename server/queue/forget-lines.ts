import { ulid } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { KeyImport } from '../database/entities/key-import.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Drops what a job that has ended had still to import. */
export async function forgetLines(em: EntityManager, jobId: string): Promise<void> {
  await em.nativeDelete(KeyImport, { jobId });
}

/** How long lines may wait for their job to be queued, in milliseconds. */
const maxLayingDownMs = 24 * 60 * 60_000;

/** Drops lines whose job was never queued: the process that laid them down died before. */
export async function forgetUnqueuedLines(database: Database, now: number): Promise<void> {
  const before = `job_${ulid(now - maxLayingDownMs, (length) => new Uint8Array(length))}`;
  const left = await database.read().execute<{ job_id: string }[]>(
    `select distinct job_id from key_import i
     where job_id < ? and not exists (select 1 from job j where j.id = i.job_id)`,
    [before],
  );
  for (const { job_id: id } of left) await database.transaction((em) => forgetLines(em, id));
}
