import { Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { WebhookList } from './webhook-list.tsx';
import { WebhookView } from './webhook-view.tsx';

/** Settings → Webhooks: all of them, or the one that the URL names. */
export function WebhooksPage() {
  const { parameter } = useLocation();
  const id = () => parameter('webhook');
  return (
    <Show when={id()} fallback={<WebhookList />} keyed>
      {(one) => <OneWebhook id={one} />}
    </Show>
  );
}

function OneWebhook(props: { id: string }) {
  const api = useApi();
  const all = useQuery(() => webhookQueries.watched(api));
  const webhook = () =>
    all.isSuccess ? all.data.items.find(({ id }) => id === props.id) : undefined;
  return (
    <Page
      title={webhook()?.url ?? text.title}
      before={
        <Link class="back link" href="/settings/webhooks" isUp>
          <Icon name="chevron" /> {text.all}
        </Link>
      }
    >
      <Switch fallback={<p class="notice">{text.gone}</p>}>
        <Match when={all.isPending}>
          <Skeleton rows={5} />
        </Match>
        <Match when={all.isError}>
          <ProblemNote problem={problemOf(all.error)} onRetry={() => void all.refetch()} />
        </Match>
        <Match when={webhook()}>{(known) => <WebhookView webhook={known()} />}</Match>
      </Switch>
    </Page>
  );
}
