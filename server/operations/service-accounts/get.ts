import { z } from 'zod';
import { id } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { withActiveKeys } from '../api-keys/active-keys.ts';
import { defineOperation } from '../operation.ts';
import { serviceAccountRecord, serviceAccounts } from './service-account-record.ts';

/** One service account. */
export const getServiceAccount = defineOperation({
  name: 'serviceAccounts.get',
  summary: 'One service account',
  kind: 'query',
  access: parentOrgAdmin({ isOpenToMembers: true }),
  input: z.strictObject({ id }),
  output: serviceAccountRecord,
  async run(work, { id }) {
    const account = await serviceAccounts.newest(work, { id });
    if (account === null) throw notFound('Service account');
    const of = { orgId: work.principal.organization.id, now: work.now };
    const { rows } = work.services.database;
    const [record] = await withActiveKeys(rows, 'service_account', [account], of);
    if (record === undefined) throw new Error('unreachable: each account has a record');
    return record;
  },
});
