import type { UseQueryResult } from '@tanstack/solid-query';
import { createMemo, createSignal, createUniqueId, For, Match, Show, Switch } from 'solid-js';
import { problemOf } from '../../api/problem.ts';
import type { ApiKeyUsage } from '../../api/records.ts';
import { keyUse as text } from '../../messages/messages.ts';
import { createClock } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { CallChart } from './call-chart.tsx';
import { countOf, failedOf, outcomes, type Range, spansOf, totalOf } from './call-sums.ts';
import { CallTable } from './call-table.tsx';

const ranges = ['24h', '7d'] as const satisfies readonly Range[];

/** The outcomes of a key's calls: a sentence, a chart, and the numbers behind it. */
export function CallUsage(props: {
  usage: UseQueryResult<ApiKeyUsage, Error>;
  /** Whether the key was ever used: calls are kept for a time only. */
  isUsed: boolean;
}) {
  const id = createUniqueId();
  const now = createClock();
  const [chosen, setChosen] = createSignal<Range | null>(null);
  const hourly = () => (props.usage.isSuccess ? props.usage.data.hourly : []);
  const spansIn = (range: Range) => spansOf(hourly(), range, now());
  // After a quiet day the chart shows the week, where there were calls, and not an empty day.
  const range = createMemo<Range>(() => {
    const isQuiet = countOf(totalOf(spansIn('24h'))) === 0 && hourly().length > 0;
    return chosen() ?? (isQuiet ? '7d' : '24h');
  });
  const spans = createMemo(() => spansIn(range()));
  const total = createMemo(() => totalOf(spans()));
  const summary = () =>
    text.sentence([
      text.summary(countOf(total()), range()),
      failedOf(total()) === 0 ? text.noneFailed : text.failed(failedOf(total())),
    ]);
  return (
    <section class="details-part" aria-labelledby={id}>
      <header class="part-head">
        <h3 id={id}>{text.title}</h3>
        <fieldset class="segments">
          <legend class="visually-hidden">{text.range}</legend>
          <For each={ranges}>
            {(each) => (
              <label>
                <input
                  type="radio"
                  name={id}
                  checked={each === range()}
                  onChange={() => setChosen(each)}
                />
                <span>{text.ranges[each]}</span>
              </label>
            )}
          </For>
        </fieldset>
      </header>
      <Switch>
        <Match when={props.usage.isPending}>
          <Skeleton rows={3} />
        </Match>
        <Match when={props.usage.isError}>
          <ProblemNote
            problem={problemOf(props.usage.error)}
            onRetry={() => void props.usage.refetch()}
          />
        </Match>
        <Match when={countOf(total()) === 0}>
          <p class="muted">
            {props.isUsed || hourly().length > 0 ? text.none(range()) : text.never}
          </p>
        </Match>
        <Match when={true}>
          <p class="chart-summary">{summary()}</p>
          <CallChart spans={spans()} range={range()} summary={summary()} />
          <ul class="legend">
            <For each={outcomes.filter((outcome) => total()[outcome] > 0)}>
              {(outcome) => (
                <li>
                  <span class={`swatch swatch-${outcome}`} aria-hidden="true" />
                  {text.outcomes[outcome]} <strong>{text.count(total()[outcome])}</strong>
                </li>
              )}
            </For>
          </ul>
          <details class="advanced">
            <summary>
              <Icon name="chevron" /> {text.asTable}
            </summary>
            <Show when={range()} keyed>
              {(shown) => <CallTable spans={spans()} range={shown} total={total()} />}
            </Show>
          </details>
        </Match>
      </Switch>
    </section>
  );
}
