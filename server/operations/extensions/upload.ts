import { open } from 'node:fs/promises';
import { z } from 'zod';
import { storePieces } from '../../assets/upload-pieces.ts';
import { integer } from '../../wire/fields.ts';
import { holdsKey } from '../../wire/keys-in-text.ts';
import { invalidField, Problem } from '../../wire/problem.ts';
import { dataPlane } from '../access.ts';
import { environmentOf } from '../assets/environment.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { assign, submissionRecord, submit } from './submission.ts';

/** A received file: on disk, hashed during the upload. */
const receivedFile = z.object({
  /** The client's file name, without its folder. */
  name: z.string(),
  /** Its place until the request is answered. */
  path: z.string(),
  /** Bytes. */
  size: z.int(),
  sha256: z.string(),
});

/** Submits an extension as a file, which is kept until its scan has ended. */
export const uploadExtension = defineOperation({
  name: 'extensions.upload',
  summary: 'Submit an extension as a file: .vsix, .crx or .zip, up to 50 MiB',
  kind: 'mutation',
  access: dataPlane('extensions:submit', 'submit'),
  input: z.strictObject({ file: receivedFile, subOrgId: integer().nullish() }),
  output: submissionRecord,
  once: {
    judge: (work, { subOrgId = null }) => assign(work, subOrgId),
    // Not the raw form: its boundary differs each time.
    sent: ({ file: { sha256, name }, subOrgId = null }) => [sha256, name, subOrgId],
  },
  async prepare(_, { file }) {
    if (!/^[^\p{Cc}]{1,250}\.(vsix|crx|zip)$/iu.test(file.name)) {
      throw invalidField('file', "the file's name must end in .vsix, .crx or .zip");
    }
    if (holdsKey(file.name)) throw invalidField('file', "the file's name must not hold an API key");
    if (!archiveSignatures.includes(await firstBytes(file.path))) {
      throw invalidField('file', 'the file must be a ZIP archive or a CRX package');
    }
  },
  async run(work, { file, subOrgId = null }) {
    const { name, sha256: fileSha256, size: fileSize } = file;
    const submission = await submit(work, { name, fileSha256, fileSize }, subOrgId);
    // A sandbox scan reads nothing.
    if (environmentOf(work.principal) === 'live') {
      await assertRoom(work);
      await storePieces(work.em, submission.jobId, file.path);
    }
    return submission;
  },
});

/** Bytes of an organization's uploads that may wait for their scans. */
export const maxWaitingBytes = 1024 ** 3;

/** @throws {Problem} 409, where the files that wait are more than may, this one included. */
async function assertRoom({ em, principal }: OperationContext): Promise<void> {
  const [waiting] = await em.execute<{ bytes: string | number | null }[]>(
    `select sum(e.file_size) as bytes from extension e
     where e.org_id = ? and e.file_size is not null and e.environment = 'live' and exists (
       select 1 from job j where j.extension_id = e.id and j.completed_at is null
     )`,
    [principal.organization.id],
  );
  if (Number(waiting?.bytes ?? 0) > maxWaitingBytes) {
    const detail = `Uploads of at most ${maxWaitingBytes} bytes can wait for their scans`;
    throw new Problem(409, detail);
  }
}

/** A ZIP archive, an empty one, a CRX package. */
const archiveSignatures = ['PK\x03\x04', 'PK\x05\x06', 'Cr24'];

async function firstBytes(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
