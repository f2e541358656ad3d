import { isPostgresql } from '../database/acquire-advisory-lock.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { prepared } from '../database/prepared.ts';

/**
 * How a mutation holds its organization: `shared` beside other mutations, `exclusive` where none may
 * add anything meanwhile. Taking the second after the first would deadlock with another that does.
 */
export type Hold = 'shared' | 'exclusive';

const locks = { shared: 'for key share', exclusive: 'for update' } as const;

/**
 * Holds the organization of a mutation until its transaction ends, so that it is not deleted between
 * the judgement and the change. It comes before the judgement and every other lock; the order is
 * organizations, sub-orgs, keys. SQLite's transactions take turns.
 *
 * @param em - the transaction's.
 * @param clerkOrgId - for a linked sub-org, its parent is held too.
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
