import type { Api } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { sessionQueries } from '../api/session.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { keyListPage } from '../api-access/key-list-query.ts';
import { sectionAt } from './sections.ts';

/**
 * Asks for the first content of an address's page together with the session's record, so that its rows
 * do not wait for two answers. The page finds them in the cache under the same query keys. A refusal
 * costs nothing: the page is not shown then, or asks itself.
 */
export function askAhead(api: Api, { pathname, searchParams }: URL): void {
  const { queries } = api;
  void queries.prefetchQuery(sessionQueries.viewerStatus(api));
  // An unknown address leads there, too.
  if ((sectionAt(pathname)?.path ?? 'api-access') !== 'api-access') return;
  const key = searchParams.get('key');
  if (key !== null) {
    void queries.prefetchQuery(apiKeyQueries.one(api, key));
    return;
  }
  void queries.prefetchQuery(
    apiKeyQueries.list(
      api,
      keyListPage((name) => searchParams.get(name)),
    ),
  );
  void queries.prefetchQuery(apiKeyQueries.attention(api));
  void queries.prefetchQuery(subOrgQueries.all(api));
}
