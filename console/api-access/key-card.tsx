import { createMemo, For, type JSX, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { problemOf } from '../api/problem.ts';
import type { ApiKey } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Pager } from '../ui/pager.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { EmptyState } from './empty-state.tsx';
import { KeyFilters } from './key-filters.tsx';
import { createKeyListState } from './key-list-state.ts';
import { KeyRow } from './key-row.tsx';
import { KeyTableHead } from './key-table-head.tsx';

/** The API Access card: the keys with their filters and pages. */
export function KeyCard(props: {
  onOpen: (kind: 'rotate' | 'revoke', key: ApiKey) => void;
  newKeyButton: () => JSX.Element;
}) {
  const api = useApi();
  const state = createKeyListState();
  const keys = useQuery(() => apiKeyQueries.list(api, state.query()));
  const items = () => (keys.isSuccess ? keys.data.items : []);
  // Rows stay where they are, with what is being typed in them, while their records change.
  const ids = createMemo(() => items().map((key) => key.id));
  const byId = createMemo(() => new Map(items().map((key) => [key.id, key])));
  // Asked for once, not by every row.
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrgNames = createMemo(
    () => new Map((subOrgs.isSuccess ? subOrgs.data : []).map(({ id, name }) => [id, name])),
  );
  const isUntouched = () => !state.isFiltered() && state.cursors().length === 0;
  return (
    <section class="card" aria-label={text.table.caption}>
      <Show when={!(keys.isSuccess && items().length === 0 && isUntouched())}>
        <KeyFilters state={state} />
      </Show>
      <Switch>
        <Match when={keys.isPending}>
          <Skeleton rows={6} />
        </Match>
        <Match when={keys.isError}>
          <ProblemNote problem={problemOf(keys.error)} onRetry={() => void keys.refetch()} />
        </Match>
        <Match when={items().length === 0 && isUntouched()}>
          <EmptyState action={props.newKeyButton()} />
        </Match>
        <Match when={items().length === 0}>
          <p class="no-match">
            {text.noMatch}{' '}
            <button type="button" class="link" onClick={state.clear}>
              {text.filters.clear}
            </button>
          </p>
        </Match>
        <Match when={true}>
          <table class="table" aria-busy={keys.isPlaceholderData}>
            <caption class="visually-hidden">{text.table.caption}</caption>
            <KeyTableHead state={state} />
            <tbody>
              <For each={ids()}>
                {(id) => (
                  <Show when={byId().get(id)}>
                    {(key) => (
                      <KeyRow apiKey={key()} subOrgNames={subOrgNames()} onOpen={props.onOpen} />
                    )}
                  </Show>
                )}
              </For>
            </tbody>
          </table>
        </Match>
      </Switch>
      <Pager
        cursors={state.cursors()}
        next={keys.isSuccess ? keys.data.nextCursor : null}
        onGo={state.go}
      />
    </section>
  );
}
