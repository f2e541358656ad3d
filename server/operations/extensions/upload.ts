import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { holdsKey } from '../../wire/keys-in-text.ts';
import { invalidField, Problem } from '../../wire/problem.ts';
import { dataPlane } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { assign, submissionRecord, submit } from './submission.ts';

/** A received file: on disk, hashed during the upload. */
const receivedFile = z.object({
  /** The client's file name, without its folder. */
  name: z.string(),
  /** Its place until it is kept or thrown away. */
  path: z.string(),
  /** Bytes. */
  size: z.int(),
  sha256: z.string(),
});

/** Submits an extension as a file. Equal files are kept once, under their digest. */
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
    await assertRoom(work, file);
    const submission = await submit(work, { name, fileSha256, fileSize }, subOrgId);
    // Renamed after the last possible refusal and before the commit: a committed row always has its
    // file.
    await rename(file.path, join(work.services.uploads, fileSha256));
    return submission;
  },
});

/** Bytes of uploads that an organization may keep; a file that comes again counts once. */
export const maxUploads = 10 * 1024 ** 3;

/** @throws {Problem} 409. */
async function assertRoom(
  { em, principal }: OperationContext,
  { sha256, size }: z.output<typeof receivedFile>,
): Promise<void> {
  const [kept] = await em.execute<{ bytes: string | number | null }[]>(
    `select sum(file_size) as bytes from (
       select distinct file_sha256, file_size from extension
       where org_id = ? and file_sha256 <> ?
     ) as kept`,
    [principal.organization.id, sha256],
  );
  if (Number(kept?.bytes ?? 0) + size > maxUploads) {
    throw new Problem(409, `An organization can keep uploads of at most ${maxUploads} bytes`);
  }
}

/** A ZIP archive, an empty one, a CRX package. */
const archiveSignatures = ['PK\x03\x04', 'PK\x05\x06', 'Cr24'];

async function firstBytes(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
