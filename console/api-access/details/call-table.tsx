import { For } from 'solid-js';
import { keyUse as text } from '../../messages/messages.ts';
import { countOf, outcomes, type Range, type Span, type Sums } from './call-sums.ts';
import { spanText } from './span-text.ts';

/** The chart's numbers: the spans that had calls, newest first, and the outcomes that occur. */
export function CallTable(props: { spans: readonly Span[]; range: Range; total: Sums }) {
  const columns = () => outcomes.filter((outcome) => props.total[outcome] > 0);
  const rows = () => props.spans.filter(({ sums }) => countOf(sums) > 0).reverse();
  return (
    <table class="numbers">
      <caption class="visually-hidden">{text.tableCaption(props.range)}</caption>
      <thead>
        <tr>
          <th scope="col">{text.time[props.range]}</th>
          <For each={columns()}>{(outcome) => <th scope="col">{text.outcomes[outcome]}</th>}</For>
        </tr>
      </thead>
      <tbody>
        <For each={rows()}>
          {(span) => (
            <tr>
              <th scope="row">{spanText(span, props.range)}</th>
              <For each={columns()}>
                {(outcome) => (
                  <td data-label={text.short[outcome]}>{text.count(span.sums[outcome])}</td>
                )}
              </For>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
