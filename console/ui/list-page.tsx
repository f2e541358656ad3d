import type { UseQueryResult } from '@tanstack/solid-query';
import { type ComponentProps, For, type JSX, Match, Show, Suspense, Switch } from 'solid-js';
import { problemOf } from '../api/problem.ts';
import { cursorsText, parseCursors } from './cursors.ts';
import { EmptyState } from './empty-state.tsx';
import { Icon } from './icon.tsx';
import { useLocation } from './location.tsx';
import { Page } from './page.tsx';
import { Pager } from './pager.tsx';
import { ProblemNote } from './problem-note.tsx';
import { type RowHeight, TableSkeleton } from './skeleton.tsx';

export type Paging = ReturnType<typeof createPaging>;

/** The page of a list that the URL names, and the actions that change it. */
export function createPaging(name = 'pages') {
  const { parameter, change } = useLocation();
  const cursors = () => parseCursors(parameter(name));
  return {
    cursors,
    cursor: () => cursors().at(-1),
    go: (to: readonly string[]) => change({ [name]: cursorsText(to) }, 'push'),
    /** Changes the filter by parameters of the URL; the list starts at its first page. */
    restart: (parameters: Readonly<Record<string, string | undefined>>) =>
      change({ ...parameters, [name]: undefined }, 'replace'),
  };
}

interface ListProps<Item> {
  readonly query: UseQueryResult<{ items: Item[]; nextCursor: string | null }, Error>;
  /** Absent for a list that always fits one page. */
  readonly paging?: Paging;
  /** Shown in place of an empty table; a sentence where a filter matches nothing. */
  readonly empty: string | Omit<ComponentProps<typeof EmptyState>, 'action' | 'children'>;
  /** The main action of an empty list. */
  readonly emptyAction?: JSX.Element;
  /** Tall when absent. */
  readonly rowHeight?: RowHeight;
  /** Above the table: filters, for example. */
  readonly before?: JSX.Element;
  readonly columns: readonly string[];
  readonly row: (item: Item) => JSX.Element;
}

/** A page of Settings that is one list: its title, main action, notes, the list and its dialogs. */
export function ListPage<Item>(
  props: ListProps<Item> & {
    title: string;
    lead: string;
    /** The main action, which opens a dialog; absent when the viewer lacks permission. */
    create?: { readonly label: string; readonly onClick: () => void } | undefined;
    /** Lesser actions beside the title. */
    actions?: JSX.Element;
    /** A note on the viewer's missing permissions and their reason. */
    note?: JSX.Element;
    /** The dialogs. */
    children?: JSX.Element;
  },
) {
  const createButton = () => (
    <Show when={props.create}>
      {(create) => (
        <button
          type="button"
          class="button button-primary"
          aria-haspopup="dialog"
          onClick={() => create().onClick()}
        >
          <Icon name="plus" /> {create().label}
        </button>
      )}
    </Show>
  );
  return (
    <Page
      title={props.title}
      lead={props.lead}
      action={
        <>
          {props.actions}
          {createButton()}
        </>
      }
    >
      {props.note}
      <ListCard label={props.title} emptyAction={createButton()} {...props} />
      <Suspense>{props.children}</Suspense>
    </Page>
  );
}

/** A card with a list, or one page of it, in its states: loading, refused, empty, loaded. */
export function ListCard<Item>(props: ListProps<Item> & { label: string }) {
  const page = () => (props.query.isSuccess ? props.query.data : null);
  return (
    <section class="card" aria-label={props.label}>
      {props.before}
      <Switch>
        <Match when={props.query.isPending}>
          <TableSkeleton rows={props.rowHeight ?? 'tall'} />
        </Match>
        <Match when={props.query.isError}>
          <ProblemNote
            problem={problemOf(props.query.error)}
            onRetry={() => void props.query.refetch()}
          />
        </Match>
        <Match when={page()?.items.length === 0}>
          <Empty content={props.empty} action={props.emptyAction} />
        </Match>
        <Match when={true}>
          <table class="table" aria-busy={props.query.isPlaceholderData}>
            <caption class="visually-hidden">{props.label}</caption>
            <thead>
              <tr>
                <For each={props.columns}>{(column) => <th scope="col">{column}</th>}</For>
              </tr>
            </thead>
            <tbody>
              <For each={page()?.items}>{props.row}</For>
            </tbody>
          </table>
        </Match>
      </Switch>
      <Show when={props.paging}>
        {(paging) => (
          <Pager
            cursors={paging().cursors()}
            next={page()?.nextCursor ?? null}
            onGo={paging().go}
          />
        )}
      </Show>
    </section>
  );
}

function Empty(props: { content: ListProps<unknown>['empty']; action: JSX.Element }) {
  return typeof props.content === 'string' ? (
    <p class="empty muted">{props.content}</p>
  ) : (
    <EmptyState {...props.content} action={props.action} />
  );
}
