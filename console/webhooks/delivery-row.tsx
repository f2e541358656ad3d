import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { keyHref } from '../api/record-links.ts';
import type { Webhook, WebhookDelivery } from '../api/records.ts';
import { refreshWebhooks } from '../api/webhooks.ts';
import { webhooks } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { AttemptView, RequestView } from './attempt-view.tsx';

const text = webhooks.deliveries;

const looks: Readonly<Record<WebhookDelivery['status'], readonly [Tone, IconName]>> = {
  pending: ['calm', 'clock'],
  delivered: ['good', 'check'],
  failed: ['danger', 'warning'],
};

/** One event and its delivery state; opened, the request and the answer to each attempt. */
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
          <button
            type="button"
            class="disclosure"
            aria-expanded={isOpened()}
            aria-controls={id}
            aria-label={text.detailsOf(props.delivery.type, props.delivery.eventId)}
            onClick={() => setOpened(!isOpened())}
          >
            <Icon name="chevron" />
            <code class="record-label">{props.delivery.type}</code>
          </button>
          <span class="key-id">
            <Link class="link" href={keyHref(props.delivery.keyId)}>
              <bdi>{keyOf(props.delivery)?.label ?? props.delivery.keyId}</bdi>
            </Link>{' '}
            <code class="preview">{keyOf(props.delivery)?.preview}</code>
          </span>
        </th>
        <td data-label={text.columns.status}>
          <Chip
            tone={looks[props.delivery.status][0]}
            icon={looks[props.delivery.status][1]}
            label={text.statuses[props.delivery.status]}
          />
        </td>
        <td data-label={text.columns.answer}>{answer()}</td>
        <td data-label={text.columns.attempts}>{text.count(props.delivery.attemptCount)}</td>
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
          <Show when={isOpened()}>
            <div class="details exchange">
              <RequestView
                url={props.webhook.url}
                headers={props.delivery.attempts.at(-1)?.headers ?? {}}
                payload={props.delivery.payload}
              />
              <ol class="attempts" aria-label={text.columns.attempts}>
                <For
                  each={[...props.delivery.attempts].reverse()}
                  fallback={<li class="muted">{text.noAttempts}</li>}
                >
                  {(attempt) => (
                    <li>
                      <AttemptView attempt={attempt} />
                    </li>
                  )}
                </For>
              </ol>
            </div>
          </Show>
        </td>
      </tr>
    </>
  );
}

interface NamedKey {
  readonly label: string;
  readonly preview: string;
}

/** The key of an event, as its payload has it. */
function keyOf({ payload }: WebhookDelivery): NamedKey | null {
  try {
    const { data }: { data?: { key?: NamedKey } } = JSON.parse(payload);
    return data?.key ?? null;
  } catch {
    return null;
  }
}
