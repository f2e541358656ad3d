import { createSignal, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { webhookEvents } from './webhook-events.ts';
import { errorRate, WebhookState } from './webhook-state.tsx';

const NewWebhookDialog = lazyDialog(() => import('./new-webhook-dialog.tsx'), 'NewWebhookDialog');

/** Every webhook, each with a link to its own page. */
export function WebhookList() {
  const api = useApi();
  const member = useMember();
  const { go } = useLocation();
  const mayChange = () => member()?.may.createApiKeys ?? false;
  const all = useQuery(() => webhookQueries.all(api));
  const [isAdding, setAdding] = createSignal(false);
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      create={mayChange() ? { label: text.create, onClick: () => setAdding(true) } : undefined}
      note={
        <Show when={!mayChange()}>
          <p class="notice">{text.planNote}</p>
        </Show>
      }
      query={all}
      empty={{ icon: 'bell', ...text.empty }}
      rowHeight="short"
      columns={Object.values(text.columns)}
      row={(webhook) => <Row webhook={webhook} />}
    >
      <Show when={isAdding()}>
        <NewWebhookDialog
          onAdded={(id) => go(`/settings/webhooks?webhook=${id}`)}
          onClose={() => setAdding(false)}
        />
      </Show>
    </ListPage>
  );
}

function Row(props: { webhook: Webhook }) {
  const isEvery = () => props.webhook.events.length === webhookEvents.length;
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <Link class="record-label link" href={`/settings/webhooks?webhook=${props.webhook.id}`}>
          {props.webhook.url}
        </Link>
      </th>
      <td data-label={text.columns.events} class="cell-wide">
        {isEvery() ? text.allEvents : props.webhook.events.join(', ')}
      </td>
      <td data-label={text.columns.status} class="cell-wide">
        <WebhookState webhook={props.webhook} />
      </td>
      <td data-label={text.columns.errors}>{errorRate(props.webhook)}</td>
      <td data-label={text.columns.created}>
        <TimeAgo at={props.webhook.createdAt} />
      </td>
    </tr>
  );
}
