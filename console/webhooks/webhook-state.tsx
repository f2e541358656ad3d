import { Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** Active, or the time and reason of its deactivation. */
export function WebhookState(props: { webhook: Webhook }) {
  return (
    <Show
      when={!props.webhook.isActive}
      fallback={<Chip tone="good" icon="check" label={text.active} />}
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
