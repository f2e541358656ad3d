import { z } from 'zod';
import { refusals } from '../../../core/mod.ts';
import { Repo } from '../../database/entities/repo.ts';
import { insertRows } from '../../database/insert-rows.ts';
import { integer } from '../../wire/fields.ts';
import type { SubmittedUrl } from '../../wire/submitted-url.ts';
import { dataPlane } from '../access.ts';
import { environmentOf } from '../assets/environment.ts';
import { assertMayScan, nameOfUrl, queueAnalysis } from '../assets/queue-analysis.ts';
import { requeueOrAdd, type StoredAsset } from '../assets/store-asset.ts';
import { repositoryAddress } from '../assets/submitted-address.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';

/**
 * Submits a repository for analysis. The same address in the same sub-org is the same repository,
 * analyzed again.
 */
export const analyzeRepo = defineOperation({
  name: 'repos.analyze',
  summary: 'Submit a repository for analysis; the same address again is a new scan',
  kind: 'mutation',
  access: dataPlane('repos:analyze', 'submit'),
  input: z.strictObject({ url: repositoryAddress, subOrgId: integer().nullish() }),
  output: z.object({ repoId: z.int(), jobId: z.string(), status: z.literal('queued') }),
  once: { judge: (work, { subOrgId = null }) => assign(work, subOrgId) },
  async run(work, { url, subOrgId = null }) {
    const within = await assign(work, subOrgId);
    await assertMayScan(work);
    const repo = await requeueOrAddRepo(work, url, within);
    const jobId = await queueAnalysis(work, {
      ...{ type: 'repo_analysis', repoId: repo.id, subOrgId: within },
      input: { url: repo.url },
    });
    return { repoId: repo.id, jobId, status: 'queued' as const };
  },
});

/** The sub-org that a submission goes to. */
function assign(work: OperationContext, subOrgId: number | null): Promise<number | null> {
  const outside = refusals.repository_out_of_scope;
  return resolveSubOrg(work, subOrgId, outside, 'assign');
}

async function requeueOrAddRepo(
  work: OperationContext,
  { url, identity }: SubmittedUrl,
  subOrgId: number | null,
): Promise<StoredAsset> {
  const { em, principal, now } = work;
  const environment = environmentOf(principal);
  const key = { orgId: principal.organization.id, environment, subOrgId, identity };
  return requeueOrAdd(work, 'repo', key, async () => {
    const [id] = await insertRows<Repo, 'id'>(em, Repo, [
      {
        ...{ ...key, url, name: nameOfUrl(url), status: 'queued' },
        ...{ riskLevel: null, riskScore: null, createdAt: now, updatedAt: now },
      },
    ]);
    if (id === undefined) throw new Error('unreachable: an insert gives an id');
    return { id, url };
  });
}
