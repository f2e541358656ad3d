import { createSignal, createUniqueId, For, Show } from 'solid-js';
import type { ApiKeyCall } from '../../api/records.ts';
import { lastCalls as text } from '../../messages/messages.ts';
import { Chip, type Tone } from '../../ui/chip.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { momentText, utcTimeText } from '../../ui/time-text.ts';

const few = 5;

/** The last calls of a key, newest first: request, outcome and caller. */
export function LastCalls(props: { calls: readonly ApiKeyCall[] }) {
  const id = createUniqueId();
  const [isLong, setLong] = createSignal(false);
  const shown = () => (isLong() ? props.calls : props.calls.slice(0, few));
  return (
    <Show when={props.calls.length > 0}>
      <section class="details-part" aria-labelledby={id}>
        <h3 id={id}>{text.title}</h3>
        <ol class="calls">
          <For each={shown()}>{(call) => <Call call={call} />}</For>
        </ol>
        <Show when={props.calls.length > few}>
          <button
            type="button"
            class="link"
            aria-expanded={isLong()}
            onClick={() => setLong(!isLong())}
          >
            {isLong() ? text.fewer : text.more(props.calls.length - few)}
          </button>
        </Show>
      </section>
    </Show>
  );
}

function Call(props: { call: ApiKeyCall }) {
  const at = () => Date.parse(props.call.createdAt);
  const look = () => lookOf(props.call.statusCode);
  return (
    <li class="call">
      <Chip tone={look()[0]} icon={look()[1]} label={String(props.call.statusCode)} />
      <code class="call-what">
        {props.call.method} {props.call.endpoint}
      </code>
      <time class="call-when" dateTime={props.call.createdAt} title={utcTimeText(at())}>
        {momentText(at())}
      </time>
      <p class="call-who">
        <span>{text.duration(props.call.durationMs)}</span>
        <span>{props.call.ipAddress ?? text.noAddress}</span>
        <bdi>{props.call.userAgent ?? text.noAgent}</bdi>
        <span>
          <span class="visually-hidden">{text.request} </span>
          <code class="whole">{props.call.requestId}</code>
        </span>
      </p>
    </li>
  );
}

function lookOf(status: number): readonly [Tone, IconName] {
  if (status < 400) return ['good', 'check'];
  if (status === 403) return ['danger', 'lock'];
  if (status === 429) return ['warning', 'clock'];
  return status < 500 ? ['warning', 'close'] : ['danger', 'warning'];
}
