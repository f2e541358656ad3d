import { For, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { problemOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { keyCallers as text } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** The number of callers listed. */
const shown = 5;

/** Who used a key in the last seven days: what breaks without it. */
export function KeyCallers(props: { id: string }) {
  const api = useApi();
  const usage = useQuery(() => apiKeyQueries.usage(api, props.id));
  const callers = () => (usage.isSuccess ? usage.data.callers : []);
  return (
    <Switch>
      <Match when={usage.isError}>
        <ProblemNote problem={problemOf(usage.error)} onRetry={() => void usage.refetch()} />
      </Match>
      <Match when={usage.isPending}>
        <p class="muted" role="status">
          {text.looking}
        </p>
      </Match>
      <Match when={callers().length === 0}>
        <p class="muted" role="status">
          {text.none}
        </p>
      </Match>
      <Match when={true}>
        <div class="notice notice-column" role="status">
          <p>{text.breaks(callers().length)}</p>
          <ul class="affected">
            <For each={callers().slice(0, shown)}>
              {(caller) => (
                <li>
                  <bdi>{caller.userAgent ?? text.noAgent}</bdi>{' '}
                  <span class="muted">
                    {caller.ipAddress ?? text.noAddress}, {text.calls(caller.count)}, {text.last}{' '}
                    <TimeAgo at={caller.lastAt} />
                  </span>
                </li>
              )}
            </For>
          </ul>
          <Show when={callers().length > shown}>
            <p class="muted">{text.more(callers().length - shown)}</p>
          </Show>
        </div>
      </Match>
    </Switch>
  );
}
