import { z } from 'zod';
import { keyRecord } from '../../api-keys/key-record.ts';
import { id } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { ownKey } from './own-key.ts';

/** One key of the organization. */
export const getApiKey = defineOperation({
  name: 'apiKeys.get',
  summary: 'One API key',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true, isOpenToMembers: true }),
  input: z.strictObject({ id }),
  output: keyRecord,
  run: (work, { id }) => ownKey(work, id),
});
