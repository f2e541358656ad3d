import { createMemo, For, type JSX, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import type { ApiKey } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { ListCard } from '../ui/list-page.tsx';
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
  // Fetched once here, not by every row.
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrgNames = createMemo(
    () => new Map((subOrgs.isSuccess ? subOrgs.data : []).map(({ id, name }) => [id, name])),
  );
  const isUntouched = () => !state.isFiltered() && state.paging.cursors().length === 0;
  const isEmpty = () => keys.isSuccess && keys.data.items.length === 0;
  return (
    <ListCard
      label={text.table.caption}
      query={keys}
      paging={state.paging}
      before={
        <Show when={!(isEmpty() && isUntouched())}>
          <KeyFilters state={state} />
        </Show>
      }
      empty={() => (
        <Show when={isUntouched()} fallback={<NoMatch onClear={state.clear} />}>
          <EmptyState action={props.newKeyButton()} />
        </Show>
      )}
      head={<KeyTableHead state={state} />}
      row={(key) => <KeyRow apiKey={key} subOrgNames={subOrgNames()} onOpen={props.onOpen} />}
    />
  );
}

function NoMatch(props: { onClear: () => void }) {
  return (
    <p class="no-match">
      {text.noMatch}{' '}
      <button type="button" class="link" onClick={() => props.onClear()}>
        {text.filters.clear}
      </button>
    </p>
  );
}

/** Replaces an empty table: how to create a first key. */
function EmptyState(props: { action: JSX.Element }) {
  return (
    <div class="panel">
      <span class="panel-icon">
        <Icon name="key" />
      </span>
      <h2>{text.empty.title}</h2>
      <p>{text.empty.lead}</p>
      <ol class="steps">
        <For each={text.empty.steps}>{(step) => <li>{step}</li>}</For>
      </ol>
      {props.action}
    </div>
  );
}
