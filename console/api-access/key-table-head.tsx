import type { JSX } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import type { KeyListState } from './key-list-state.ts';

const sortable = {
  label: ['label', '-label'],
  createdAt: ['-created_at', 'created_at'],
  lastUsedAt: ['-last_used_at', 'last_used_at'],
  expiresAt: ['expires_at', '-expires_at'],
} as const;

/** Column heads. Sortable ones are buttons; the first press gives the more useful order. */
export function KeyTableHead(props: { state: KeyListState }): JSX.Element {
  return (
    <thead>
      <tr>
        <SortHead state={props.state} column="label" />
        <th scope="col">{text.table.subOrg}</th>
        <th scope="col">{text.table.createdBy}</th>
        <SortHead state={props.state} column="createdAt" />
        <SortHead state={props.state} column="lastUsedAt" />
        <SortHead state={props.state} column="expiresAt" />
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
