import { z } from 'zod';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { withActiveKeys } from '../api-keys/active-keys.ts';
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
  async run(work, paging) {
    const { items, nextCursor } = await serviceAccounts.list(work, {}, paging);
    const of = { orgId: work.principal.organization.id, now: work.now };
    const { rows } = work.services.database;
    return { items: await withActiveKeys(rows, 'service_account', items, of), nextCursor };
  },
});
