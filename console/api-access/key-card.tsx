import { createMemo, For, type JSX, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { problemOf } from '../api/problem.ts';
import type { ListedKey } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess as text } from '../messages/messages.ts';
import './key-list.css';
import './key-grid.css';
import { createGridKeys } from '../ui/grid-keys.ts';
import { Pager } from '../ui/pager.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { TableSkeleton } from '../ui/skeleton.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { EmptyKeys } from './empty-keys.tsx';
import { FoundSecret } from './found-secret.tsx';
import type { OpenDialog } from './key-dialogs.tsx';
import { KeyFilters } from './key-filters.tsx';
import { createKeyListState } from './key-list-state.ts';
import { KeyRow } from './key-row.tsx';
import { createKeySelection } from './key-selection.ts';
import { KeyTableHead } from './key-table-head.tsx';
import { StatusStrip } from './status-strip.tsx';

/** The keys: what needs attention, the search, the table, and actions on the selected ones. */
export function KeyCard(props: {
  onOpen: (dialog: OpenDialog) => void;
  newKeyButton: () => JSX.Element;
}) {
  const api = useApi();
  const state = createKeyListState();
  const list = useQuery(() => apiKeyQueries.list(api, state.query()));
  // Fetched once here, not by every row.
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrgNames = createMemo(
    () => new Map((subOrgs.isSuccess ? subOrgs.data : []).map(({ id, name }) => [id, name])),
  );
  const page = () => (list.isSuccess ? list.data : null);
  const keys = (): readonly ListedKey[] => page()?.items ?? [];
  const selection = createKeySelection(keys, () => JSON.stringify(state.query()));
  const isEmpty = () => page()?.items.length === 0;
  const isUntouched = () => !state.isFiltered() && state.paging.cursors().length === 0;
  const ownerName = () =>
    keys().find(({ owner }) => owner.id === state.owner())?.owner.name ?? null;
  const total = () => {
    const known = page();
    return known === null ? '' : text.total(known.total, state.isFiltered());
  };
  return (
    <section class="key-list" aria-label={text.table.caption}>
      <Show when={!(isEmpty() && isUntouched())} fallback={<EmptyKeys {...props} />}>
        <div class="strip-line">
          <StatusStrip state={state} />
          <p class="total" role="status">
            {total()}
          </p>
          <Show when={state.isFiltered() && !isEmpty()}>
            <button type="button" class="link" onClick={state.clear}>
              {text.filters.clear}
            </button>
          </Show>
        </div>
        <div class="card">
          <KeyFilters state={state} ownerName={ownerName()} />
          <FoundSecret search={state.search()} keys={keys()} onOpen={props.onOpen} />
          <Switch>
            <Match when={list.isPending}>
              <TableSkeleton rows="grid" />
            </Match>
            <Match when={list.isError}>
              <ProblemNote problem={problemOf(list.error)} onRetry={() => void list.refetch()} />
            </Match>
            <Match when={isEmpty()}>
              <p class="no-match">
                {text.noMatch}{' '}
                <button type="button" class="link" onClick={state.clear}>
                  {text.filters.clear}
                </button>
              </p>
            </Match>
            <Match when={true}>
              <table
                class="grid"
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table with keys
                role="grid"
                aria-label={text.table.caption}
                aria-multiselectable="true"
                aria-busy={list.isPlaceholderData}
                ref={createGridKeys()}
              >
                <KeyTableHead state={state} selection={selection} />
                <tbody>
                  <For each={keys()}>
                    {(key) => (
                      <KeyRow
                        apiKey={key}
                        subOrgNames={subOrgNames()}
                        selection={selection}
                        onOpen={props.onOpen}
                        onOwner={state.setOwner}
                      />
                    )}
                  </For>
                </tbody>
              </table>
            </Match>
          </Switch>
          <Pager
            cursors={state.paging.cursors()}
            next={page()?.nextCursor ?? null}
            onGo={state.paging.go}
          />
          <BulkBar selection={selection} onOpen={props.onOpen} />
        </div>
      </Show>
    </section>
  );
}
