import { For } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import {
  type AuditFilter,
  auditFilter,
  auditLogQueries,
  exportAuditLog,
} from '../api/audit-log.ts';
import { useQuery } from '../api/use-query.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { saveBlob } from '../ui/save-file.ts';
import { useStatusLine } from '../ui/status-line.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditRow } from './audit-row.tsx';
import { actorName, actorValue, targetName } from './parties.ts';
import { createReferredNames } from './referred-names.ts';

/** Settings → Audit log. Its filters and page are in the URL. */
export function AuditLogPage() {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  const { parameter } = useLocation();
  const filter = () => auditFilter(parameter);
  const isFiltered = () => Object.values(filter()).some((value) => value !== '');
  const paging = createPaging();
  const page = useQuery(() => auditLogQueries.list(api, filter(), paging.cursor()));
  const setFilter = (name: keyof AuditFilter, value: string) =>
    paging.restart({ [name]: value || undefined });
  const clear = () =>
    paging.restart(Object.fromEntries(Object.keys(filter()).map((name) => [name, undefined])));
  /** The names of the chosen parties, from the entries in view. */
  const names = () => {
    const events = page.isSuccess ? page.data.items : [];
    const { actor, target } = filter();
    const acted = events.find((event) => actorValue(event.actor) === actor);
    const touched = events.find((event) => event.target?.id === target)?.target;
    return {
      actor: acted && actorName(acted.actor, member()?.user.id),
      target: touched ? targetName(touched) : undefined,
    };
  };
  const nameOf = createReferredNames(() => (page.isSuccess ? page.data.items : []));
  const save = createAction(async (format: 'csv' | 'ndjson') => {
    const name = `audit-log.${format}`;
    saveBlob(name, await exportAuditLog(api, format));
    announce(text.exported(name));
  });
  const exports = () => (
    <For each={['csv', 'ndjson'] as const}>
      {(format) => (
        <button
          type="button"
          class="button"
          aria-disabled={save.isPending()}
          onClick={() => void save.start(format)}
        >
          <Icon name="download" /> {text.exports[format]}
        </button>
      )}
    </For>
  );
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      actions={exports()}
      note={<ProblemNote problem={save.problem()} onRetry={() => void save.retry()} />}
      query={page}
      paging={paging}
      empty={isFiltered() ? text.emptyFiltered : { icon: 'scroll', ...text.empty }}
      before={
        <AuditFilters filter={filter()} names={names()} onChange={setFilter} onClear={clear} />
      }
      columns={[text.columns.action, text.columns.at, text.columns.from]}
      row={(event) => <AuditRow event={event} nameOf={nameOf} onFilter={setFilter} />}
    />
  );
}
