import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook, WebhookDelivery } from '../api/records.ts';
import { refreshWebhooks } from '../api/webhooks.ts';
import { webhooks } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import type { IconName } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const text = webhooks.deliveries;

const looks: Readonly<Record<WebhookDelivery['status'], readonly [Tone, IconName]>> = {
  pending: ['calm', 'clock'],
  delivered: ['good', 'check'],
  failed: ['danger', 'warning'],
};

/** One event, its delivery state, and a button that sends it again. */
export function DeliveryRow(props: { webhook: Webhook; delivery: WebhookDelivery }) {
  const api = useApi();
  const announce = useStatusLine();
  const id = createUniqueId();
  const [isOpened, setOpened] = createSignal(false);
  const redeliver = createAction(async () => {
    const { id: deliveryId } = props.delivery;
    await api.trpc.webhooks.redeliver.mutate({ id: props.webhook.id, deliveryId });
    announce(text.redelivered);
    await refreshWebhooks(api);
  });
  const verb = () => (props.delivery.status === 'pending' ? text.sendNow : text.redeliver);
  const answer = () => {
    const { lastError, lastStatus } = props.delivery;
    return lastError ?? (lastStatus === null ? text.noAnswer : text.accepted(lastStatus));
  };
  /** The time of the next attempt; null within a minute of it, when the delivery is on its way. */
  const next = () => {
    const at = props.delivery.nextAttemptAt;
    return at !== null && Date.parse(at) > Date.now() + 60_000 ? at : null;
  };
  return (
    <>
      <tr class="row">
        <th scope="row" class="cell-main">
          <code class="record-label">{props.delivery.type}</code>
          <br />
          <code class="muted small">{props.delivery.keyId}</code>
        </th>
        <td data-label={text.columns.status}>
          <Chip
            tone={looks[props.delivery.status][0]}
            icon={looks[props.delivery.status][1]}
            label={text.statuses[props.delivery.status]}
          />
        </td>
        <td data-label={text.columns.answer}>{answer()}</td>
        <td data-label={text.columns.attempts}>
          <Show when={props.delivery.attempts.length > 0} fallback={props.delivery.attemptCount}>
            <button
              type="button"
              class="link"
              aria-expanded={isOpened()}
              aria-controls={id}
              aria-label={text.attemptsOf(
                props.delivery.attemptCount,
                props.delivery.type,
                props.delivery.eventId,
              )}
              onClick={() => setOpened(!isOpened())}
            >
              {props.delivery.attemptCount}
            </button>
          </Show>
        </td>
        <td
          data-label={text.columns.next}
          data-empty={props.delivery.status === 'pending' ? undefined : ''}
        >
          <Show when={props.delivery.status === 'pending'} fallback={text.noAnswer}>
            <Show when={next()} fallback={text.soon}>
              {(at) => <TimeAgo at={at()} />}
            </Show>
          </Show>
        </td>
        <td data-label={text.columns.created}>
          <TimeAgo at={props.delivery.createdAt} />
        </td>
        <Show when={props.webhook.isActive}>
          <td class="cell-actions">
            <button
              type="button"
              class="button button-quiet"
              aria-disabled={redeliver.isPending()}
              aria-label={text.of(verb(), props.delivery.type, props.delivery.eventId)}
              onClick={() => void redeliver.start()}
            >
              {verb()}
            </button>
          </td>
        </Show>
      </tr>
      <Show when={redeliver.problem()}>
        <tr class="row-problem">
          <td colSpan={7}>
            <ProblemNote problem={redeliver.problem()} onRetry={() => void redeliver.retry()} />
          </td>
        </tr>
      </Show>
      <tr class="row-details" id={id} hidden={!isOpened()}>
        <td colSpan={7}>
          <ul class="details">
            <For each={isOpened() ? props.delivery.attempts : []}>
              {(attempt) => <Attempt attempt={attempt} />}
            </For>
          </ul>
        </td>
      </tr>
    </>
  );
}

/** An attempt's time, status and duration, and its error where that adds information. */
function Attempt(props: { attempt: WebhookDelivery['attempts'][number] }) {
  const status = () =>
    props.attempt.status === null ? text.noAnswer : text.accepted(props.attempt.status);
  const error = () => (props.attempt.error === status() ? null : props.attempt.error);
  return (
    <li>
      <TimeAgo at={props.attempt.at} /> · {status()} · {text.duration(props.attempt.durationMs)}
      <Show when={error()}>{(said) => <bdi> · {said()}</bdi>}</Show>
    </li>
  );
}
