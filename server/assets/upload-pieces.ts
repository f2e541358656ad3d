import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Database } from '../database/database.ts';
import { UploadPiece } from '../database/entities/upload-piece.ts';
import type { EntityManager } from '../database/entity-manager.ts';

/** Bytes per piece. */
const pieceSize = 1024 * 1024;

/**
 * Stores a file for its scan, which any process may do. The end of the job deletes it.
 *
 * @param em - that of the transaction that queues the job.
 */
export async function storePieces(em: EntityManager, jobId: string, path: string): Promise<void> {
  await using file = await open(path);
  for (let piece = 0; ; piece += 1) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceSize), 0, pieceSize);
    if (bytesRead === 0) return;
    await em.insert(UploadPiece, { jobId, piece, bytes: buffer.subarray(0, bytesRead) });
  }
}

/**
 * Writes a stored file to disk.
 *
 * @returns its SHA-256, hexadecimal.
 */
export async function writePieces(
  database: Database,
  jobId: string,
  path: string,
): Promise<string> {
  const hash = createHash('sha256');
  await using file = await open(path, 'wx', 0o600);
  for (let piece = 0; ; piece += 1) {
    const fresh = { disableIdentityMap: true };
    const found = await database.read().findOne(UploadPiece, { jobId, piece }, fresh);
    if (found === null) return hash.digest('hex');
    hash.update(found.bytes);
    await file.writeFile(found.bytes);
  }
}
