import { type Component, createEffect, createMemo } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { lazyNamed } from '../ui/lazy-named.tsx';
import { useLocation } from '../ui/location.tsx';

const ApiAccessPage = lazyNamed(() => import('../api-access/api-access-page.tsx'), 'ApiAccessPage');
const SubOrgsPage = lazyNamed(() => import('../sub-orgs/sub-orgs-page.tsx'), 'SubOrgsPage');
const ServiceAccountsPage = lazyNamed(
  () => import('../service-accounts/service-accounts-page.tsx'),
  'ServiceAccountsPage',
);
const AnthropicKeyPage = lazyNamed(
  () => import('../anthropic-key/anthropic-key-page.tsx'),
  'AnthropicKeyPage',
);
const WebhooksPage = lazyNamed(() => import('../webhooks/webhooks-page.tsx'), 'WebhooksPage');
const RepositoriesPage = lazyNamed(() => import('../assets/assets-page.tsx'), 'RepositoriesPage');
const ExtensionsPage = lazyNamed(() => import('../assets/assets-page.tsx'), 'ExtensionsPage');
const JobsPage = lazyNamed(() => import('../jobs/jobs-page.tsx'), 'JobsPage');
const AuditLogPage = lazyNamed(() => import('../audit-log/audit-log-page.tsx'), 'AuditLogPage');

const home = '/settings/api-access';

const pages: Readonly<Record<string, Component & { readonly preload: () => void }>> = {
  [home]: ApiAccessPage,
  '/settings/sub-orgs': SubOrgsPage,
  '/settings/service-accounts': ServiceAccountsPage,
  '/settings/anthropic-key': AnthropicKeyPage,
  '/settings/webhooks': WebhooksPage,
  '/settings/repositories': RepositoriesPage,
  '/settings/extensions': ExtensionsPage,
  '/settings/jobs': JobsPage,
  '/settings/audit-log': AuditLogPage,
};

const pageAt = (path: string) => pages[path.split('/').slice(0, 3).join('/')];

/** Loads the chunk of a path's page while the session is asked for; an unknown path leads to API Access. */
export function preloadPage(path: string): void {
  (pageAt(path) ?? ApiAccessPage).preload();
}

/** The page of the present path, or of its section; an unknown path leads to API Access. */
export function SettingsPage() {
  const { path, go } = useLocation();
  const present = createMemo(() => pageAt(path()));
  createEffect(() => present() === undefined && go(home, 'replace'));
  return <Dynamic component={present()} />;
}
