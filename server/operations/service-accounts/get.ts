import { z } from 'zod';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { id } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { serviceAccountRecord, toServiceAccountRecord } from './service-account-record.ts';

/** One service account. */
export const getServiceAccount = defineOperation({
  name: 'serviceAccounts.get',
  summary: 'One service account',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({ id }),
  output: serviceAccountRecord,
  async run({ em, principal }, { id }) {
    const account = await em.findOne(ServiceAccount, { id, orgId: principal.organization.id });
    if (account === null) throw notFound('Service account');
    return toServiceAccountRecord(account);
  },
});
