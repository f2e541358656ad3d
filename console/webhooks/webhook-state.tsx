import { Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** Healthy or failing, or the time and reason of its deactivation. */
export function WebhookState(props: { webhook: Webhook }) {
  const isFailing = () => props.webhook.health === 'failing';
  return (
    <Show
      when={!props.webhook.isActive}
      fallback={
        <Chip
          tone={isFailing() ? 'danger' : 'good'}
          icon={isFailing() ? 'warning' : 'check'}
          label={isFailing() ? text.failing : text.active}
        />
      }
    >
      <Chip
        tone={props.webhook.disabledReason ? 'danger' : 'warning'}
        icon={props.webhook.disabledReason ? 'warning' : 'pause'}
        label={text.disabled}
      />
      <p class="hint reason">
        {props.webhook.disabledReason ?? text.byOwner} <Since id={props.webhook.id} />
      </p>
    </Show>
  );
}

function Since(props: { id: string }) {
  const api = useApi();
  const disabledAt = useQuery(() => webhookQueries.disabledAt(api, props.id));
  return (
    <Show when={disabledAt.isSuccess && disabledAt.data}>{(at) => <TimeAgo at={at()} />}</Show>
  );
}

/** The share of attempts of the last day that were not accepted. */
export function errorRate({ sent24h, failed24h }: Webhook): string {
  return sent24h === 0 ? text.health.nothing : text.health.rate(failed24h, sent24h);
}
