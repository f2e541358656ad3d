import { Match, Show, Switch } from 'solid-js';
import { anthropicKeyQueries } from '../api/anthropic-key.ts';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import type { AnthropicUse } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { tokenUse as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TokenChart } from './token-chart.tsx';
import { TokenTable } from './token-table.tsx';

/** The tokens of the last 30 days: a sentence, a chart, and the numbers behind it. */
export function TokenUse() {
  const api = useApi();
  const use = useQuery(() => anthropicKeyQueries.use(api));
  const days = () => (use.isSuccess ? use.data.days : []);
  const sum = (of: (day: AnthropicUse) => number) => days().reduce((all, day) => all + of(day), 0);
  const isUnused = () => sum(({ inputTokens, outputTokens }) => inputTokens + outputTokens) === 0;
  const cost = () =>
    days().some(({ estimatedUsd }) => estimatedUsd === null)
      ? null
      : sum(({ estimatedUsd }) => estimatedUsd ?? 0);
  const summary = () =>
    text.summary(
      sum(({ inputTokens }) => inputTokens),
      sum(({ outputTokens }) => outputTokens),
      cost(),
    );
  const unusual = () => days().filter((day) => day.unusual).length;
  return (
    <section class="card panel-plain" aria-labelledby="token-use">
      <h2 id="token-use">{text.title}</h2>
      <Switch>
        <Match when={use.isPending}>
          <Skeleton rows={3} />
        </Match>
        <Match when={use.isError}>
          <ProblemNote problem={problemOf(use.error)} onRetry={() => void use.refetch()} />
        </Match>
        <Match when={isUnused()}>
          <p class="muted">{text.none}</p>
        </Match>
        <Match when={true}>
          <p class="chart-summary">{summary()}</p>
          <Show when={unusual() > 0}>
            <p class="notice">
              <span>
                <Icon name="warning" /> {text.unusual(unusual())}
              </span>
            </p>
          </Show>
          <TokenChart days={days()} summary={summary()} />
          <ul class="legend">
            <li>
              <span class="swatch swatch-success" aria-hidden="true" /> {text.input}
            </li>
            <li>
              <span class="swatch swatch-rate_limited" aria-hidden="true" /> {text.output}
            </li>
            <Show when={unusual() > 0}>
              <li>
                <span class="swatch swatch-client_error" aria-hidden="true" /> {text.isUnusual}
              </li>
            </Show>
          </ul>
          <details class="advanced">
            <summary>
              <Icon name="chevron" /> {text.asTable}
            </summary>
            <TokenTable days={days()} />
          </details>
          <p class="hint">{text.note}</p>
        </Match>
      </Switch>
    </section>
  );
}
