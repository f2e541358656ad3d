import { z } from 'zod';
import { keyRecord, recordOf } from '../../api-keys/key-record.ts';
import { id } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';

/** One key of the organization. */
export const getApiKey = defineOperation({
  name: 'apiKeys.get',
  summary: 'One API key',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true, isOpenToMembers: true }),
  input: z.strictObject({ id }),
  output: keyRecord,
  async run({ em, principal, now, services }, { id }) {
    await findKey(em, principal, id);
    return recordOf(services.database.rows, id, now);
  },
});
