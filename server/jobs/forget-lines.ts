import type { EntityManager } from '../database/database.ts';
import { KeyImport } from '../database/entities/key-import.ts';

/** Drops what a job that has ended had still to import. */
export async function forgetLines(em: EntityManager, jobId: string): Promise<void> {
  await em.nativeDelete(KeyImport, { jobId });
}
