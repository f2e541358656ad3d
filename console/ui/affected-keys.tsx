import type { UseQueryResult } from '@tanstack/solid-query';
import { For, Match, Show, Switch } from 'solid-js';
import type { AffectedKeys as Keys } from '../api/affected-keys.ts';
import { problemOf } from '../api/problem.ts';
import { keyHref } from '../api/record-links.ts';
import { affectedKeys as text } from '../messages/messages.ts';
import { Link } from './location.tsx';
import { ProblemNote } from './problem-note.tsx';
import { TimeAgo } from './time-ago.tsx';

/** The number of keys listed by name. */
const shown = 5;

/** The keys that an action affects: their number, and the last used ones by name. */
export function AffectedKeys(props: {
  query: UseQueryResult<Keys, Error>;
  /** The sentence about the effect on them, given their number. */
  says: (count: string) => string;
  /** The sentence where there are none; absent where that goes without saying. */
  none?: string;
}) {
  const keys = () => (props.query.isSuccess ? props.query.data : null);
  const rest = () => (keys()?.items.length ?? 0) - shown;
  return (
    <Switch>
      <Match when={props.query.isError}>
        <ProblemNote
          problem={problemOf(props.query.error)}
          onRetry={() => void props.query.refetch()}
        />
      </Match>
      <Match when={keys()?.items.length === 0}>
        <p class="muted" role="status" hidden={props.none === undefined}>
          {props.none}
        </p>
      </Match>
      <Match when={true}>
        <div class="notice notice-column" role="status">
          <Show when={keys()} fallback={text.looking}>
            {(known) => (
              <>
                <p>{props.says(text.count(known().items.length, known().isMore))}</p>
                <ul class="affected">
                  <For each={known().items.slice(0, shown)}>
                    {(key) => (
                      <li>
                        <Link class="link" href={keyHref(key.id)}>
                          <bdi>{key.label}</bdi>
                        </Link>{' '}
                        <span class="muted">
                          <Show when={key.status === 'disabled'}>{text.disabled}, </Show>
                          <Show when={key.lastUsedAt} fallback={text.never}>
                            {(at) => (
                              <>
                                {text.lastUsed} <TimeAgo at={at()} />
                              </>
                            )}
                          </Show>
                        </span>
                      </li>
                    )}
                  </For>
                </ul>
                <Show when={rest() > 0}>
                  <p class="muted">{text.more(rest(), known().isMore)}</p>
                </Show>
              </>
            )}
          </Show>
        </div>
      </Match>
    </Switch>
  );
}
