import { z } from 'zod';
import { columnsOf, nameColumn } from '../../database/columns.ts';
import type { ServiceAccount } from '../../database/entities/service-account.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { shownName } from '../../wire/names.ts';
import { ownRecords } from '../own-records.ts';

export const accountRole = z.enum(['viewer', 'engineer', 'admin']);

const stored = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  role: accountRole,
  isActive: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
});

export const serviceAccountRecord = stored.extend({ activeKeys: z.int() });

/** The service accounts of organizations. */
export const serviceAccounts = ownRecords({
  ...{ table: 'service_account', as: 'a', id: 'string' },
  columns: columnsOf(stored, 'a', { name: nameColumn('a.name') }),
});

/** A service account as readers get it, with the number of its active keys. */
export function toServiceAccountRecord(
  account: ServiceAccount,
  activeKeys: number,
): z.infer<typeof serviceAccountRecord> {
  return {
    id: account.id,
    name: shownName(account.name),
    slug: account.slug,
    description: account.description ?? null,
    role: account.role,
    isActive: account.isActive,
    activeKeys,
    createdAt: iso(account.createdAt),
    updatedAt: iso(account.updatedAt),
  };
}
