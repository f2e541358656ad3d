import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import type { Repo } from '../../database/entities/repo.ts';
import { prepared } from '../../database/prepared.ts';
import type { OperationContext } from '../operation.ts';

/** The fields by which two submissions are the same asset. */
type AssetKey = Pick<Repo, 'orgId' | 'environment'> & {
  readonly subOrgId: number | null;
  readonly identity: string;
};

/** A stored asset, as its scan needs it. */
export interface StoredAsset {
  readonly id: number;
  readonly url: string;
}

/**
 * Gives the asset that was submitted by the same address before the status `queued`; the newest of
 * several, which are from before addresses were normalized.
 *
 * @param add - adds the asset where there is none.
 */
export async function requeueOrAdd(
  { em, now }: Pick<OperationContext, 'em' | 'now'>,
  table: 'repo' | 'extension',
  { orgId, environment, subOrgId, identity }: AssetKey,
  add: () => Promise<StoredAsset>,
): Promise<StoredAsset> {
  const requeue = async () => {
    const [known] = await prepared<StoredAsset>(
      em,
      `update ${table} set status = 'queued', updated_at = ? where id = (
         select max(id) from ${table}
         where org_id = ? and identity = ? and environment = ? and sub_org_id is not distinct from ?
       ) returning id, url`,
      [now, orgId, identity, environment, subOrgId],
    );
    return known;
  };
  const known = await requeue();
  if (known !== undefined) return known;
  // Of two first submissions of an address, the second finds the asset of the first.
  await acquireAdvisoryLock(em, `${table} ${orgId} ${environment} ${subOrgId} ${identity}`);
  return (await requeue()) ?? add();
}
