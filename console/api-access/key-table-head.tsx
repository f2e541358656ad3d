import { createEffect, type JSX } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import type { KeyListState } from './key-list-state.ts';
import type { KeySelection } from './key-selection.ts';

const sortable = {
  label: ['label', '-label'],
  lastUsedAt: ['-last_used_at', 'last_used_at'],
  expiresAt: ['expires_at', '-expires_at'],
} as const;

/** Column heads. Sortable ones are buttons; the first press gives the more useful order. */
export function KeyTableHead(props: { state: KeyListState; selection: KeySelection }): JSX.Element {
  return (
    <thead>
      <tr data-grid-row>
        <th scope="col">
          <input
            type="checkbox"
            ref={(box) => createEffect(() => (box.indeterminate = props.selection.isSome()))}
            aria-label={text.select.all}
            checked={props.selection.isAll()}
            onChange={(event) => props.selection.selectAll(event.currentTarget.checked)}
          />
        </th>
        <SortHead state={props.state} column="label" />
        <th scope="col" class="cell-owner">
          {text.table.owner}
        </th>
        <th scope="col" class="cell-sub-org">
          {text.table.subOrg}
        </th>
        <SortHead state={props.state} column="lastUsedAt" />
        <SortHead state={props.state} column="expiresAt" />
        <th scope="col" class="cell-calls">
          {text.table.calls}
        </th>
        <th scope="col">{text.table.status}</th>
        <th scope="col">
          <span class="visually-hidden">{text.table.actions}</span>
        </th>
      </tr>
    </thead>
  );
}

function SortHead(props: { state: KeyListState; column: keyof typeof sortable }) {
  const order = () => {
    const sort = props.state.sort();
    if (!sortable[props.column].some((each) => each === sort)) return undefined;
    return sort.startsWith('-') ? 'descending' : 'ascending';
  };
  const press = () => {
    const [first, second] = sortable[props.column];
    props.state.setSort(props.state.sort() === first ? second : first);
  };
  return (
    <th scope="col" aria-sort={order()}>
      <button type="button" class="sort" data-order={order()} onClick={press}>
        {text.table[props.column]} <Icon name="chevron" />
      </button>
    </th>
  );
}
