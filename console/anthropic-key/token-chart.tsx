import { For, Show } from 'solid-js';
import type { AnthropicUse } from '../api/records.ts';
import { tokenUse as text } from '../messages/messages.ts';
import { shortUtcDayText } from '../ui/time-text.ts';
import '../ui/styles/chart.css';

/** The height of the drawing and the width of each bar, in the drawing's own units. */
const height = 100;
const step = 10;
/** The least height of a bar: little use stays visible beside much. */
const least = 2;

/**
 * Tokens by day: in above the line, out below it, at one scale. An unusual day has its colour and a
 * frame; the numbers are in the tooltips and the table.
 */
export function TokenChart(props: { days: readonly AnthropicUse[]; summary: string }) {
  const most = (of: (day: AnthropicUse) => number) => Math.max(0, ...props.days.map(of));
  const mostIn = () => most(({ inputTokens }) => inputTokens);
  const mostOut = () => most(({ outputTokens }) => outputTokens);
  // Both directions are within the drawing at this scale, with a bar's least height to spare.
  const scale = () => (height - 2 * least) / Math.max(1, mostIn() + mostOut());
  const line = () => least + mostIn() * scale();
  const width = () => props.days.length * step;
  const tall = (count: number) => (count === 0 ? 0 : Math.max(least, count * scale()));
  return (
    <figure class="chart">
      <div class="chart-scale" aria-hidden="true">
        <span>{text.count(mostIn())}</span>
        <span>{text.count(mostOut())}</span>
      </div>
      <svg
        class="chart-bars"
        viewBox={`0 0 ${width()} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={text.picture(props.summary)}
      >
        <For each={props.days}>
          {(day, index) => (
            <g class="chart-span">
              <title>
                {text.span(
                  shortUtcDayText(day.day),
                  day.inputTokens,
                  day.outputTokens,
                  day.unusual,
                )}
              </title>
              <rect class="chart-room" x={index() * step} y="0" width={step} height={height} />
              <Show when={day.unusual}>
                <rect class="chart-unusual" x={index() * step} y="0" width={step} height={height} />
              </Show>
              <rect
                class={`bar ${day.unusual ? 'bar-client_error' : 'bar-success'}`}
                x={index() * step + 1}
                y={line() - tall(day.inputTokens)}
                width={step - 2}
                height={tall(day.inputTokens)}
              />
              <rect
                class="bar bar-rate_limited"
                x={index() * step + 1}
                y={line()}
                width={step - 2}
                height={tall(day.outputTokens)}
              />
            </g>
          )}
        </For>
        <line class="chart-line" x1="0" x2={width()} y1={line()} y2={line()} />
      </svg>
      <div class="chart-ticks" aria-hidden="true">
        <For each={props.days.filter((_, index) => index % 10 === 0)}>
          {({ day }) => <span>{shortUtcDayText(day)}</span>}
        </For>
      </div>
    </figure>
  );
}
