import { useQuery } from '@tanstack/solid-query';
import { For } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { auditLogQueries } from '../api/audit-log.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useLocation } from '../settings/location.tsx';
import { createPaging, ListSection } from '../ui/list-section.tsx';
import { Page } from '../ui/page.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditRow } from './audit-row.tsx';

/** Settings → Audit log. */
export function AuditLogPage() {
  const api = useApi();
  const { parameter, change } = useLocation();
  const filter = () => ({
    action: parameter('action') ?? '',
    actor: parameter('actor') ?? '',
    target: parameter('target') ?? '',
  });
  const paging = createPaging();
  const page = useQuery(() => auditLogQueries.list(api, filter(), paging.cursor()));
  const setFilter = (name: string, value: string) =>
    change({ [name]: value || undefined, pages: undefined }, 'replace');
  return (
    <Page title={text.title} lead={text.lead}>
      <ListSection
        label={text.title}
        query={page}
        paging={paging}
        empty={text.empty}
        before={<AuditFilters filter={filter()} onChange={setFilter} />}
        columns={[
          text.columns.action,
          text.columns.actor,
          text.columns.target,
          text.columns.at,
          text.columns.from,
        ]}
      >
        <For each={page.isSuccess ? page.data.items : []}>
          {(event) => <AuditRow event={event} />}
        </For>
      </ListSection>
    </Page>
  );
}
