import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { Select } from '../ui/select.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { type KeyListState, type Sort, statuses } from './key-list-state.ts';

/** Search, filters, order, and the export of what they show. */
export function KeyFilters(props: { state: KeyListState }) {
  const api = useApi();
  const announce = useStatusLine();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const exportCsv = createAction(async () => {
    const { downloadCsv } = await import('./export-csv.ts');
    const names = subOrgs.isSuccess ? subOrgs.data : [];
    announce(text.exported(await downloadCsv(api, props.state.filter(), names)));
  });
  return (
    <>
      <search class="filters">
        <div class="search">
          <Icon name="search" />
          <SearchField
            label={text.filters.search}
            placeholder={text.filters.search}
            value={props.state.search()}
            onSearch={props.state.setSearch}
          />
        </div>
        <Select
          label={text.filters.status}
          value={props.state.status() ?? ''}
          options={[
            ['', text.filters.anyStatus],
            ...statuses.map((status) => [status, text.status[status]] as const),
          ]}
          onChange={props.state.setStatus}
        />
        <Select
          label={text.filters.subOrg}
          value={String(props.state.subOrgId() ?? '')}
          options={[
            ['', text.filters.anySubOrg],
            ...(subOrgs.isSuccess ? subOrgs.data : []).map(
              ({ id, name }) => [String(id), name] as const,
            ),
          ]}
          onChange={props.state.setSubOrg}
        />
        <div class="only-narrow">
          <Select
            label={text.sortBy}
            value={props.state.sort()}
            options={Object.entries(text.sorts) as [Sort, string][]}
            onChange={props.state.setSort}
          />
        </div>
        <button
          type="button"
          class="button filters-end"
          aria-disabled={exportCsv.isPending()}
          onClick={() => void exportCsv.start()}
        >
          <Icon name="download" /> {text.exportCsv}
        </button>
      </search>
      <ProblemNote problem={exportCsv.problem()} onRetry={() => void exportCsv.retry()} />
    </>
  );
}
