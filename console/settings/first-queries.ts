import { anthropicKeyQueries } from '../api/anthropic-key.ts';
import type { Api } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import {
  type AssetKind,
  assetQueries,
  extensions,
  repositories,
  shownAssets,
} from '../api/assets.ts';
import { auditFilter, auditLogQueries } from '../api/audit-log.ts';
import { jobQueries } from '../api/jobs.ts';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { sessionQueries } from '../api/session.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { keyListPage } from '../api-access/key-list-query.ts';
import { parseCursors } from '../ui/cursors.ts';
import { sectionAt } from './sections.ts';

type Parameter = (name: string) => string | null;

const cursorIn = (parameter: Parameter) => parseCursors(parameter('pages')).at(-1);

/**
 * Asks for the first content of an address's page together with the session's record, so that its rows
 * do not wait for two answers. The page finds them in the cache under the same query keys. A refusal
 * costs nothing: the page is not shown then, or asks itself.
 */
export function askAhead(api: Api, { pathname, searchParams }: URL): void {
  void api.queries.prefetchQuery(sessionQueries.viewerStatus(api));
  // An unknown address leads to API Access.
  const section = sectionAt(pathname)?.path ?? 'api-access';
  firstContent[section]?.(api, (name) => searchParams.get(name));
}

/** By section. */
const firstContent: Readonly<Record<string, (api: Api, parameter: Parameter) => void>> = {
  'api-access'(api, parameter) {
    const key = parameter('key');
    if (key !== null) return void api.queries.prefetchQuery(apiKeyQueries.one(api, key));
    void api.queries.prefetchQuery(apiKeyQueries.list(api, keyListPage(parameter)));
    void api.queries.prefetchQuery(apiKeyQueries.attention(api));
    void api.queries.prefetchQuery(subOrgQueries.all(api));
  },
  'sub-orgs': (api, parameter) =>
    void api.queries.prefetchQuery(subOrgQueries.list(api, cursorIn(parameter))),
  'service-accounts': (api, parameter) =>
    void api.queries.prefetchQuery(serviceAccountQueries.list(api, cursorIn(parameter))),
  'anthropic-key': (api) => void api.queries.prefetchQuery(anthropicKeyQueries.one(api)),
  webhooks: (api) => void api.queries.prefetchQuery(webhookQueries.all(api)),
  repositories: (api, parameter) => askForAssets(api, repositories, parameter),
  extensions: (api, parameter) => askForAssets(api, extensions, parameter),
  jobs(api, parameter) {
    const all = { status: undefined, type: undefined };
    // Which filters there are, only the page knows.
    if (parameter('status') !== null || parameter('type') !== null) return;
    void api.queries.prefetchQuery(jobQueries.list(api, all, cursorIn(parameter)));
  },
  'audit-log': (api, parameter) =>
    void api.queries.prefetchQuery(
      auditLogQueries.list(api, auditFilter(parameter), cursorIn(parameter)),
    ),
};

function askForAssets(api: Api, kind: AssetKind, parameter: Parameter): void {
  const { environment, id } = shownAssets(parameter);
  if (id > 0) return void api.queries.prefetchQuery(assetQueries.one(api, kind, environment, id));
  const cursor = cursorIn(parameter);
  void api.queries.prefetchQuery(assetQueries.list(api, kind, environment, cursor));
}
