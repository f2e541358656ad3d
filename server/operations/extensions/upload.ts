import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dataPlane } from '../access.ts';
import { integer } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { submissionRecord, submit } from './submission.ts';

/** A file as it was received: on disk, hashed on the way. */
export const receivedFile = z.object({
  /** The name that the client gave it, its folder taken off. */
  name: z.string(),
  /** Where it lies until it is kept or thrown away. */
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
  input: z.object({ file: receivedFile, subOrgId: integer().nullish() }),
  output: submissionRecord,
  async prepare({ services }, { file }) {
    await mkdir(services.uploads, { recursive: true, mode: 0o700 });
    await rename(file.path, join(services.uploads, file.sha256));
  },
  run(work, { file, subOrgId = null }) {
    const { name, sha256: fileSha256, size: fileSize } = file;
    return submit(work, { name, fileSha256, fileSize }, subOrgId);
  },
});
