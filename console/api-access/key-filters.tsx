import { onCleanup, Show } from 'solid-js';
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
import { type Sort, statuses } from './key-list-query.ts';
import type { KeyListState } from './key-list-state.ts';

/** Search, filters, order, and the export of what they show. */
export function KeyFilters(props: {
  state: KeyListState;
  /** The name of the owner whose keys are shown. */
  ownerName: string | null;
}) {
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
      <search class="filters key-filters">
        <div class="search" ref={focusOnSlash}>
          <Icon name="search" />
          <SearchField
            label={text.filters.search}
            placeholder={text.filters.searchHint}
            value={props.state.search()}
            onSearch={props.state.setSearch}
          />
          <kbd>/</kbd>
        </div>
        <Show when={props.state.owner()}>
          {(id) => (
            <button
              type="button"
              class="button"
              aria-label={text.filters.removeOwner(props.ownerName ?? id())}
              onClick={() => props.state.setOwner(null)}
            >
              <bdi class="clip clip-short">{props.ownerName ?? id()}</bdi> <Icon name="close" />
            </button>
          )}
        </Show>
        <Select
          label={text.filters.status}
          value={props.state.status() ?? ''}
          options={[
            ['', text.filters.anyStatus],
            ...statuses.map((status) => [status, text.states[status]] as const),
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
        <Select
          label={text.sortBy}
          value={props.state.sort()}
          options={Object.entries(text.sorts) as [Sort, string][]}
          onChange={props.state.setSort}
        />
        <button
          type="button"
          class="button"
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

/** `/` goes to the search box, unless a text is being typed or a dialog is open. */
function focusOnSlash(place: HTMLElement): void {
  const go = (event: KeyboardEvent) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target instanceof Element ? event.target : document.body;
    const isTaken = at.closest('input:not([type=checkbox]), textarea, select, [role="menu"]');
    if (isTaken || document.querySelector('[aria-modal]')) return;
    event.preventDefault();
    place.querySelector('input')?.focus();
  };
  window.addEventListener('keydown', go);
  onCleanup(() => window.removeEventListener('keydown', go));
}
