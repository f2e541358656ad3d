import type { AuditEvent } from './records.ts';

type TargetKind = NonNullable<AuditEvent['target']>['kind'];

/** The address of a record in the console: the one key, webhook, or the list that has it. */
export function recordHref(kind: TargetKind, id: string): string | null {
  const named = encodeURIComponent(id);
  switch (kind) {
    case 'api_key':
      return keyHref(id);
    case 'webhook':
      return `/settings/webhooks?webhook=${named}`;
    case 'sub_org':
      return '/settings/sub-orgs';
    case 'service_account':
      return '/settings/service-accounts';
    case 'job':
      return '/settings/jobs';
    default:
      return null;
  }
}

/** The address of one API key. */
export function keyHref(id: string): string {
  return `/settings/api-access?key=${encodeURIComponent(id)}`;
}

/** The list of the active keys of a sub-organization. */
export function subOrgKeysHref(id: number): string {
  return `/settings/api-access?sub_org=${id}&status=active`;
}

/** The list of the keys of a member or a service account. */
export function ownerKeysHref(id: string): string {
  return `/settings/api-access?owner=${encodeURIComponent(id)}`;
}

/** The list of the active keys of a service account. */
export function accountKeysHref(id: string): string {
  return `${ownerKeysHref(id)}&status=active`;
}
