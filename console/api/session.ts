import type { Api } from './api-context.tsx';
import { problemOf } from './problem.ts';
import type { Member } from './records.ts';

/** The signed-in user's relation to Settings. */
export type ViewerStatus =
  | { readonly kind: 'member'; readonly member: Member }
  /** Of a sub-org, or of an organization without any rights. */
  | { readonly kind: 'sub-org' | 'outsider' };

export const sessionQueries = {
  viewerStatus: (api: Api) => ({
    queryKey: ['session'],
    queryFn: () => viewerStatusOf(api),
    staleTime: 60_000,
  }),
};

async function viewerStatusOf({ trpc, identity }: Api): Promise<ViewerStatus> {
  try {
    return { kind: 'member', member: await trpc.session.get.query({}) };
  } catch (error) {
    if (problemOf(error).kind !== 'refused') throw error;
  }
  // A sub-org's members may read their repositories, an outsider may not.
  const headers = { authorization: `Bearer ${await identity.token()}` };
  const response = await fetch('/api/v1/repos?limit=1', { headers });
  // An unread body keeps its connection busy.
  await response.body?.cancel();
  const { ok } = response;
  return { kind: ok ? 'sub-org' : 'outsider' };
}
