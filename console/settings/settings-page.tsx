import { type Component, createEffect, lazy } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { useLocation } from '../ui/location.tsx';

const ApiAccessPage = lazy(async () => ({
  default: (await import('../api-access/api-access-page.tsx')).ApiAccessPage,
}));
const SubOrgsPage = lazy(async () => ({
  default: (await import('../sub-orgs/sub-orgs-page.tsx')).SubOrgsPage,
}));
const ServiceAccountsPage = lazy(async () => ({
  default: (await import('../service-accounts/service-accounts-page.tsx')).ServiceAccountsPage,
}));
const WebhooksPage = lazy(async () => ({
  default: (await import('../webhooks/webhooks-page.tsx')).WebhooksPage,
}));
const JobsPage = lazy(async () => ({
  default: (await import('../jobs/jobs-page.tsx')).JobsPage,
}));
const AuditLogPage = lazy(async () => ({
  default: (await import('../audit-log/audit-log-page.tsx')).AuditLogPage,
}));

const home = '/settings/api-access';

const pages: Readonly<Record<string, Component>> = {
  [home]: ApiAccessPage,
  '/settings/sub-orgs': SubOrgsPage,
  '/settings/service-accounts': ServiceAccountsPage,
  '/settings/webhooks': WebhooksPage,
  '/settings/jobs': JobsPage,
  '/settings/audit-log': AuditLogPage,
};

/** The page of the present path; any other path leads to API Access. */
export function SettingsPage() {
  const { path, go } = useLocation();
  createEffect(() => pages[path()] === undefined && go(home));
  return <Dynamic component={pages[path()]} />;
}
