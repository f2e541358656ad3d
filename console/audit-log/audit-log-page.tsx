import { useApi } from '../api/api-context.tsx';
import { type AuditFilter, auditLogQueries } from '../api/audit-log.ts';
import { useQuery } from '../api/use-query.ts';
import { auditLog as text } from '../messages/messages.ts';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditRow } from './audit-row.tsx';

/** Settings → Audit log. Its filters and page are in the URL. */
export function AuditLogPage() {
  const api = useApi();
  const { parameter } = useLocation();
  const filter = (): AuditFilter => ({
    action: parameter('action') ?? '',
    actor: parameter('actor') ?? '',
    target: parameter('target') ?? '',
    from: parameter('from') ?? '',
    to: parameter('to') ?? '',
  });
  const isFiltered = () => Object.values(filter()).some((value) => value !== '');
  const paging = createPaging();
  const page = useQuery(() => auditLogQueries.list(api, filter(), paging.cursor()));
  const setFilter = (name: keyof AuditFilter, value: string) =>
    paging.restart({ [name]: value || undefined });
  const clear = () =>
    paging.restart(Object.fromEntries(Object.keys(filter()).map((name) => [name, undefined])));
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      query={page}
      paging={paging}
      empty={isFiltered() ? text.emptyFiltered : text.empty}
      before={<AuditFilters filter={filter()} onChange={setFilter} onClear={clear} />}
      columns={[
        text.columns.action,
        text.columns.actor,
        text.columns.target,
        text.columns.at,
        text.columns.from,
      ]}
      row={(event) => <AuditRow event={event} onFilter={setFilter} />}
    />
  );
}
