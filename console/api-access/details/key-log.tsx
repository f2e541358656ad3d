import { useApi } from '../../api/api-context.tsx';
import { auditLogQueries } from '../../api/audit-log.ts';
import { useQuery } from '../../api/use-query.ts';
import { AuditRow } from '../../audit-log/audit-row.tsx';
import { createReferredNames } from '../../audit-log/referred-names.ts';
import { auditLog, keyPage as text } from '../../messages/messages.ts';
import { createPaging, ListCard } from '../../ui/list-page.tsx';
import { useLocation } from '../../ui/location.tsx';

/** The audit log's entries about one key; a filter of one leads to the whole log. */
export function KeyHistory(props: { id: string }) {
  const api = useApi();
  const { go } = useLocation();
  const paging = createPaging('history');
  const filter = () => ({ action: '', actor: '', target: props.id, from: '', to: '' });
  const page = useQuery(() => auditLogQueries.list(api, filter(), paging.cursor()));
  const nameOf = createReferredNames(() => (page.isSuccess ? page.data.items : []));
  return (
    <ListCard
      label={text.entries}
      query={page}
      paging={paging}
      empty={text.noHistory}
      columns={[auditLog.columns.action, auditLog.columns.at, auditLog.columns.from]}
      row={(event) => (
        <AuditRow
          event={event}
          nameOf={nameOf}
          onFilter={(party, value) =>
            go(`/settings/audit-log?${party}=${encodeURIComponent(value)}`)
          }
        />
      )}
    />
  );
}
