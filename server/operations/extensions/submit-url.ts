import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { nameOfUrl } from '../assets/queue-analysis.ts';
import { extensionAddress } from '../assets/submitted-address.ts';
import { defineOperation } from '../operation.ts';
import { assign, submissionRecord, submit } from './submission.ts';

/**
 * Submits an extension by its address. The same address in the same sub-org is the same extension,
 * analyzed again.
 */
export const submitExtensionUrl = defineOperation({
  name: 'extensions.submitUrl',
  summary: 'Submit an extension by its address; the same one again is a new scan',
  kind: 'mutation',
  access: dataPlane('extensions:submit', 'submit'),
  input: z.strictObject({ url: extensionAddress, subOrgId: integer().nullish() }),
  output: submissionRecord,
  once: { judge: (work, { subOrgId = null }) => assign(work, subOrgId) },
  run: (work, { url: address, subOrgId = null }) =>
    submit(work, { ...address, name: nameOfUrl(address.url) }, subOrgId),
});
