import { For } from 'solid-js';
import { keyUse as text } from '../../messages/messages.ts';
import { countOf, failedOf, failures, outcomes, type Range, type Span } from './call-sums.ts';
import { spanText, tickText } from './span-text.ts';

/** The height of the drawing and the width of each bar, in the drawing's own units. */
const height = 100;
const step = 10;
/** The least height of a bar: a single call stays visible beside a thousand. */
const least = 3;
/** Room for every kind of failure at its least height. */
const leastBelow = least * failures.length + 2;

interface Bar {
  readonly outcome: (typeof outcomes)[number];
  readonly y: number;
  readonly height: number;
}

/**
 * Calls over time: answered above the line, failed below it, at one scale. Position repeats the
 * information of colour; the numbers are in the legend, the tooltips and the table.
 */
export function CallChart(props: { spans: readonly Span[]; range: Range; summary: string }) {
  const most = (of: (span: Span) => number) => Math.max(0, ...props.spans.map(of));
  const mostAnswered = () => most((span) => span.sums.success);
  const mostFailed = () => most((span) => failedOf(span.sums));
  const line = () => lineOf(mostAnswered(), mostFailed());
  const scale = () =>
    Math.min(
      mostAnswered() > 0 ? line() / mostAnswered() : Number.POSITIVE_INFINITY,
      mostFailed() > 0 ? (height - line()) / mostFailed() : Number.POSITIVE_INFINITY,
    );
  const width = () => props.spans.length * step;
  return (
    <figure class="chart">
      <div class="chart-scale" aria-hidden="true">
        <span>{mostAnswered() > 0 ? text.count(mostAnswered()) : ''}</span>
        <span>{mostFailed() > 0 ? text.count(mostFailed()) : ''}</span>
      </div>
      <svg
        class="chart-bars"
        viewBox={`0 0 ${width()} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={text.picture(props.summary)}
      >
        <For each={props.spans}>
          {(span, index) => (
            <g class="chart-span">
              <title>{toldOf(span, props.range)}</title>
              <rect class="chart-room" x={index() * step} y="0" width={step} height={height} />
              <For each={barsOf(span, line(), scale())}>
                {(bar) => (
                  <rect
                    class={`bar bar-${bar.outcome}`}
                    x={index() * step + 1}
                    y={bar.y}
                    width={step - 2}
                    height={bar.height}
                  />
                )}
              </For>
            </g>
          )}
        </For>
        <line class="chart-line" x1="0" x2={width()} y1={line()} y2={line()} />
      </svg>
      <div class="chart-ticks" data-range={props.range} aria-hidden="true">
        <For each={props.spans.filter((_, index) => props.range === '7d' || index % 6 === 0)}>
          {(span) => <span>{tickText(span, props.range)}</span>}
        </For>
      </div>
    </figure>
  );
}

/** The height of the line between answered and failed: in proportion to their greatest counts. */
function lineOf(answered: number, failed: number): number {
  if (failed === 0) return height - 1;
  if (answered === 0) return 1;
  const above = (height * answered) / (answered + failed);
  return Math.min(height - leastBelow, Math.max(leastBelow, above));
}

function barsOf({ sums }: Span, line: number, scale: number): Bar[] {
  const tall = (count: number) => Math.max(least, count * scale);
  const bars: Bar[] = [];
  if (sums.success > 0) {
    const size = Math.min(line, tall(sums.success));
    bars.push({ outcome: 'success', y: line - size, height: size });
  }
  let y = line;
  for (const outcome of failures) {
    if (sums[outcome] === 0) continue;
    const size = tall(sums[outcome]);
    bars.push({ outcome, y, height: size });
    y += size;
  }
  return bars;
}

function toldOf(span: Span, range: Range): string {
  const parts = outcomes
    .filter((outcome) => span.sums[outcome] > 0)
    .map((outcome) => text.ofOutcome(text.outcomes[outcome], span.sums[outcome]));
  return text.span(spanText(span, range), countOf(span.sums) === 0 ? [] : parts);
}
