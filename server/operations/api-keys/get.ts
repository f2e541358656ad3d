import { z } from 'zod';
import { parentOrgAdmin } from '../access.ts';
import { id } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';
import { keyRecord, recordOf } from './key-record.ts';

/** One key of the organization. */
export const getApiKey = defineOperation({
  name: 'apiKeys.get',
  summary: 'One API key',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({ id }),
  output: keyRecord,
  async run({ em, principal, now }, { id }) {
    return recordOf(em, await findKey(em, principal, id), now);
  },
});
