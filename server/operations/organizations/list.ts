import { z } from 'zod';
import { Organization } from '../../database/entities/organization.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { operatorOnly } from '../access.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { organizationRecord, toOrganizationRecord } from './organization-record.ts';

/** Lists every known organization, also those without rights. */
export const listOrganizations = defineOperation({
  name: 'organizations.list',
  summary: 'List the organizations',
  kind: 'query',
  access: operatorOnly(),
  input: z.strictObject(paging),
  output: pageOf(organizationRecord),
  async run({ em }, input) {
    const page = await listById(em, Organization, {}, input);
    return { items: page.items.map(toOrganizationRecord), nextCursor: page.nextCursor };
  },
});
