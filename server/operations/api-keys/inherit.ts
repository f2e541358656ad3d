import { depthOf, descendantsOf, lineageBelow, rootOf } from '../../api-keys/lineage.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { Problem } from '../../wire/problem.ts';

/** The most keys between a key and the one that no key made, itself included. */
const mostDepth = 5;

/** The most live keys that descend from one. */
const mostDescendants = 100;

/** The fields that a key has from the key that makes it: it neither outlives nor outreaches that one. */
export type Inherited = Pick<
  ApiKey,
  | 'lineage'
  | 'subOrgId'
  | 'ipAllowList'
  | 'rateLimit'
  | 'expiresAt'
  | 'createdBy'
  | 'serviceAccountId'
  | 'imported'
>;

/**
 * What a key gives to one that it makes.
 *
 * @param makerId - the key, which this transaction has locked with those that it descends from: two
 * requests at once cannot both add the last one.
 * @throws {Problem} 409 where there are too many.
 */
export async function inheritedFrom(em: EntityManager, makerId: string): Promise<Inherited> {
  const maker = await em.findOneOrFail(ApiKey, { id: makerId });
  if (depthOf(maker) >= mostDepth) {
    throw new Problem(409, `API keys can be made at most ${mostDepth} levels deep`);
  }
  const ofAll = descendantsOf({ id: rootOf(maker), lineage: null });
  if ((await em.count(ApiKey, { ...ofAll, revokedAt: null })) >= mostDescendants) {
    throw new Problem(409, `An API key can have at most ${mostDescendants} descendants`);
  }
  const { subOrgId, ipAllowList, rateLimit, expiresAt } = maker;
  const { createdBy, serviceAccountId, imported } = maker;
  return {
    ...{ lineage: lineageBelow(maker), subOrgId, ipAllowList, rateLimit, expiresAt },
    ...{ createdBy, serviceAccountId, imported },
  };
}
