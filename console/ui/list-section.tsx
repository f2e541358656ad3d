import type { UseQueryResult } from '@tanstack/solid-query';
import { type JSX, Match, Show, Switch } from 'solid-js';
import { problemOf } from '../api/problem.ts';
import { useLocation } from './location.tsx';
import { cursorsText, Pager, parseCursors } from './pager.tsx';
import { ProblemNote } from './problem-note.tsx';
import { Skeleton } from './skeleton.tsx';

/** Where a list of pages stands, as the URL says it. */
export function createPaging() {
  const { parameter, change } = useLocation();
  const cursors = () => parseCursors(parameter('pages'));
  return {
    cursors,
    cursor: () => cursors().at(-1),
    go: (to: readonly string[]) => change({ pages: cursorsText(to) }, 'push'),
  };
}

/** A card with a list, or one page of it: on its way, refused, empty, or there. */
export function ListSection<Item>(props: {
  label: string;
  query: UseQueryResult<{ items: Item[]; nextCursor: string | null }, Error>;
  /** Where the query stands; absent for a list that is always one page. */
  paging?: ReturnType<typeof createPaging>;
  empty: string;
  before?: JSX.Element;
  columns: readonly string[];
  children: JSX.Element;
}) {
  const page = () => (props.query.isSuccess ? props.query.data : null);
  return (
    <section class="card" aria-label={props.label}>
      {props.before}
      <Switch>
        <Match when={props.query.isPending}>
          <Skeleton rows={5} />
        </Match>
        <Match when={props.query.isError}>
          <ProblemNote
            problem={problemOf(props.query.error)}
            onRetry={() => void props.query.refetch()}
          />
        </Match>
        <Match when={page()?.items.length === 0}>
          <p class="empty muted">{props.empty}</p>
        </Match>
        <Match when={true}>
          <table class="table" aria-busy={props.query.isPlaceholderData}>
            <caption class="visually-hidden">{props.label}</caption>
            <thead>
              <tr>
                {props.columns.map((column) => (
                  <th scope="col">{column}</th>
                ))}
              </tr>
            </thead>
            <tbody>{props.children}</tbody>
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
