import type { EntityManager } from '../database/entity-manager.ts';
import { isPostgresql } from '../database/is-postgresql.ts';
import { prepared } from '../database/prepared.ts';

/**
 * A mutation's lock on its organization: `shared` beside other mutations, `exclusive` where no
 * other may add anything until the end. Upgrading from shared to exclusive would deadlock with
 * another upgrade.
 */
export type Hold = 'shared' | 'exclusive';

const locks = { shared: 'for key share', exclusive: 'for update' } as const;

/**
 * Locks the organization of a mutation until its transaction ends: the organization cannot be
 * deleted between the authorization and the change. This lock comes before the authorization and
 * before every other lock; the order is organizations, sub-orgs, keys. SQLite runs one transaction
 * at a time.
 *
 * @param em - the transaction's.
 * @param clerkOrgId - for a linked sub-org, its parent is locked too.
 */
export async function holdOrganization(
  em: EntityManager,
  clerkOrgId: string,
  hold: Hold,
): Promise<void> {
  if (!isPostgresql(em)) return;
  await prepared(
    em,
    `select from organization
     where id = ? or id = (select org_id from sub_org where clerk_id = ?)
     order by id ${locks[hold]}`,
    [clerkOrgId, clerkOrgId],
  );
}

/**
 * The same for the organization of a key.
 *
 * @returns false where it has been deleted.
 */
export async function holdPresentOrganization(
  em: EntityManager,
  orgId: string,
  hold: Hold,
): Promise<boolean> {
  const lock = isPostgresql(em) ? locks[hold] : '';
  const sql = `select id from organization where id = ? and deleted_at is null ${lock}`;
  return (await prepared(em, sql, [orgId])).length > 0;
}
