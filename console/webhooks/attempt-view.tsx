import { createMemo, Show } from 'solid-js';
import type { WebhookDelivery } from '../api/records.ts';
import { webhooks } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { visibleText } from '../ui/visible-text.ts';

const text = webhooks.deliveries;

/** One attempt: its status, duration and error, and the answer of the endpoint. */
export function AttemptView(props: { attempt: WebhookDelivery['attempts'][number] }) {
  const status = () =>
    props.attempt.status === null ? text.noStatus : text.accepted(props.attempt.status);
  const error = () => (props.attempt.error === status() ? null : props.attempt.error);
  const isAccepted = () => props.attempt.error === null;
  return (
    <div class="attempt">
      <p class="attempt-head">
        <Chip
          tone={isAccepted() ? 'good' : 'danger'}
          icon={isAccepted() ? 'check' : 'warning'}
          label={status()}
        />
        <span>{text.duration(props.attempt.durationMs)}</span>
        <TimeAgo at={props.attempt.at} />
        <Show when={error()}>{(said) => <bdi>{said()}</bdi>}</Show>
      </p>
      <Show when={props.attempt.status !== null}>
        <Show when={props.attempt.answer} fallback={<p class="muted small">{text.emptyAnswer}</p>}>
          {(answer) => <Body title={text.answer} content={visibleText(answer())} />}
        </Show>
      </Show>
    </div>
  );
}

/** A request as it was sent: its headers, without the signature, and its body. */
export function RequestView(props: {
  url: string;
  headers: Readonly<Record<string, string>>;
  payload: string;
}) {
  const content = createMemo(() => {
    const headers = Object.entries(props.headers).map(([name, value]) => `${name}: ${value}`);
    return `POST ${props.url}\n${headers.join('\n')}\n\n${indented(props.payload)}`;
  });
  return <Body title={text.request} content={visibleText(content())} />;
}

function Body(props: { title: string; content: string }) {
  return (
    <figure class="snippet">
      <figcaption>{props.title}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>
        <code>{props.content}</code>
      </pre>
    </figure>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
