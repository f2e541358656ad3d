import { z } from 'zod';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { serviceAccountRecord, serviceAccounts } from './service-account-record.ts';

/** Lists service accounts. */
export const listServiceAccounts = defineOperation({
  name: 'serviceAccounts.list',
  summary: 'List the service accounts',
  kind: 'query',
  access: parentOrgAdmin({ isOpenToMembers: true }),
  input: z.strictObject(paging),
  output: pageOf(serviceAccountRecord),
  run: (work, paging) => serviceAccounts.list(work, {}, paging),
});
