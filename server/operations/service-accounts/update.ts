import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { rowsWithin } from '../../database/rows.ts';
import { description, id, name } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { withActiveKeys } from '../api-keys/active-keys.ts';
import { defineOperation } from '../operation.ts';
import { recordChanges } from '../record-changes.ts';
import { onlySets } from '../takes-away.ts';
import {
  accountRole,
  serviceAccountRecord,
  toServiceAccountRecord,
} from './service-account-record.ts';

/** Changes a service account. Its keys follow its role, and are refused while it is not active. */
export const updateServiceAccount = defineOperation({
  name: 'serviceAccounts.update',
  summary: 'Change a service account; disabling it disables what its keys may do',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true }),
  takesAway: (input) => onlySets(input, 'isActive', false),
  input: z.strictObject({
    id,
    name: name(100).optional(),
    description: description.nullish(),
    role: accountRole.optional(),
    isActive: z.boolean().optional(),
  }),
  output: serviceAccountRecord,
  async run({ em, principal, now, audit, services }, { id, ...wanted }) {
    const account = await em.findOne(
      ServiceAccount,
      { id, orgId: principal.organization.id },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (account === null) throw notFound('Service account');
    const changes = recordChanges(account, wanted);
    if (wanted.role !== undefined) {
      const { rowMacs } = services.database;
      account.roleMac = rowMacs.make('service-account', [id, account.orgId, wanted.role]);
    }
    if (changes !== null) {
      account.updatedAt = now;
      audit({ target: id, changes });
    }
    const of = { orgId: account.orgId, now };
    const [{ activeKeys } = { activeKeys: 0 }] = await withActiveKeys(
      rowsWithin(em),
      'service_account',
      [account],
      of,
    );
    return toServiceAccountRecord(account, activeKeys);
  },
});
