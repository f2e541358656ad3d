import { ulid } from '../../core/mod.ts';
import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import { KeyImport } from '../database/entities/key-import.ts';
import { UploadPiece } from '../database/entities/upload-piece.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Deletes the remaining content of an ended job: the lines of an import, the pieces of an upload. */
export async function forgetContent(em: EntityManager, jobId: string): Promise<void> {
  await em.nativeDelete(UploadPiece, { jobId });
  await em.nativeDelete(KeyImport, { jobId });
}

/** Maximum time between writing a job's lines and queueing the job, in milliseconds. */
const maxLayingDownMs = day;

/** Deletes lines whose job was never queued: the process that wrote them died first. */
export async function forgetUnqueuedLines(database: Database, now: number): Promise<void> {
  const before = `job_${ulid(now - maxLayingDownMs, (length) => new Uint8Array(length))}`;
  const left = await database.read().execute<{ job_id: string }[]>(
    `select distinct job_id from key_import i
     where job_id < ? and not exists (select 1 from job j where j.id = i.job_id)`,
    [before],
  );
  for (const { job_id: id } of left) await database.transaction((em) => forgetContent(em, id));
}
