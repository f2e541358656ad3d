import { For, Show } from 'solid-js';
import type { AnthropicUse } from '../api/records.ts';
import { tokenUse as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { shortUtcDayText } from '../ui/time-text.ts';

/** The chart's numbers: the days with use, newest first. */
export function TokenTable(props: { days: readonly AnthropicUse[] }) {
  const rows = () =>
    props.days.filter(({ inputTokens, outputTokens }) => inputTokens + outputTokens > 0).reverse();
  return (
    <section
      class="token-days"
      aria-label={text.caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
    >
      <table>
        <caption class="visually-hidden">{text.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{text.day}</th>
            <th scope="col">{text.input}</th>
            <th scope="col">{text.output}</th>
            <th scope="col">{text.cost}</th>
          </tr>
        </thead>
        <tbody>
          <For each={rows()}>
            {(day) => (
              <tr>
                <th scope="row">
                  {shortUtcDayText(day.day)}{' '}
                  <Show when={day.unusual}>
                    <Chip tone="warning" icon="warning" label={text.isUnusual} />
                  </Show>
                </th>
                <td>{text.count(day.inputTokens)}</td>
                <td>{text.count(day.outputTokens)}</td>
                <td>{day.estimatedUsd === null ? text.unknownCost : text.usd(day.estimatedUsd)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}
