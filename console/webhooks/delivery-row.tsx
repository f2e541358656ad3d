import { Show } from 'solid-js';
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

/** One event, what became of it, and a way to send it once more. */
export function DeliveryRow(props: { webhook: Webhook; delivery: WebhookDelivery }) {
  const api = useApi();
  const announce = useStatusLine();
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
  /** What is due within the minute is on its way. */
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
        <td data-label={text.columns.attempts}>{props.delivery.attemptCount}</td>
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
    </>
  );
}
