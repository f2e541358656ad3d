import { z } from 'zod';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { serviceAccountRecord, toServiceAccountRecord } from './service-account-record.ts';

/** Lists service accounts. */
export const listServiceAccounts = defineOperation({
  name: 'serviceAccounts.list',
  summary: 'List the service accounts',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject(paging),
  output: pageOf(serviceAccountRecord),
  async run({ em, principal }, input) {
    const page = await listById(em, ServiceAccount, { orgId: principal.organization.id }, input);
    return { items: page.items.map(toServiceAccountRecord), nextCursor: page.nextCursor };
  },
});
