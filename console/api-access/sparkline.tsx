import { For, Show } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';

const height = 18;
const step = 7;

/** The calls of seven days as bars, the oldest first, and their sum; a text for who cannot see it. */
export function Sparkline(props: { calls: readonly number[] }) {
  const most = () => props.calls.reduce((most, calls) => Math.max(most, calls), 0);
  const sum = () => props.calls.reduce((total, calls) => total + calls, 0);
  const size = (calls: number) => (calls === 0 ? 1 : Math.max(3, (calls / most()) * height));
  return (
    <Show when={sum() > 0} fallback={<span class="muted">{text.noCalls}</span>}>
      <span class="sparkline" title={text.calls7d(sum(), props.calls)}>
        <svg viewBox={`0 0 ${7 * step} ${height}`} aria-hidden="true">
          <For each={props.calls}>
            {(calls, day) => (
              <rect
                x={day() * step + 1}
                y={height - size(calls)}
                width={step - 2}
                height={size(calls)}
                rx="1"
                data-empty={calls === 0 ? '' : undefined}
              />
            )}
          </For>
        </svg>
        <span aria-hidden="true">{text.compact(sum())}</span>
        <span class="visually-hidden">{text.calls7d(sum(), props.calls)}</span>
      </span>
    </Show>
  );
}
