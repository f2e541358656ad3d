import { z } from 'zod';
import { dataPlane } from '../access.ts';
import { nameOfUrl } from '../assets/queue-analysis.ts';
import { httpUrl, integer } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { submissionRecord, submit } from './submission.ts';

/** Submits an extension by its address. */
export const submitExtensionUrl = defineOperation({
  name: 'extensions.submitUrl',
  summary: 'Submit an extension by its address',
  kind: 'mutation',
  access: dataPlane('extensions:submit', 'submit'),
  input: z.strictObject({ url: httpUrl, subOrgId: integer().nullish() }),
  output: submissionRecord,
  run: (work, { url, subOrgId = null }) => submit(work, { url, name: nameOfUrl(url) }, subOrgId),
});
