import { createSignal, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { refreshWebhooks } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { useLocation } from '../ui/location.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { Deliveries } from './deliveries.tsx';
import { TestEvent } from './test-event.tsx';
import { WebhookDialogs, type WebhookQuestion } from './webhook-dialogs.tsx';
import { errorRate, WebhookState } from './webhook-state.tsx';
import { VerifySignature, WhatArrives } from './what-arrives.tsx';

/** One webhook: its settings, its actions and its deliveries. */
export function WebhookView(props: { webhook: Webhook }) {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  const { go } = useLocation();
  const mayChange = () => member()?.may.createApiKeys ?? false;
  const [question, setQuestion] = createSignal<WebhookQuestion | null>(null);
  const enable = createAction(async () => {
    await api.trpc.webhooks.update.mutate({ id: props.webhook.id, isActive: true });
    await refreshWebhooks(api);
    announce(text.done.enabled);
  });
  const asking = (asked: WebhookQuestion, label: string, look = '') => (
    <button
      type="button"
      class={`button ${look}`}
      aria-haspopup="dialog"
      onClick={() => setQuestion(asked)}
    >
      {label}
    </button>
  );
  return (
    <>
      <Show when={!mayChange()}>
        <p class="notice">{text.planNote}</p>
      </Show>
      <section class="card panel-plain" aria-label={props.webhook.url}>
        <dl class="facts">
          <div>
            <dt>{text.columns.status}</dt>
            <dd>
              <WebhookState webhook={props.webhook} />
            </dd>
          </div>
          <div>
            <dt>{text.health.lastSuccess}</dt>
            <dd>
              <Show when={props.webhook.lastSuccessAt} fallback={text.health.never}>
                {(at) => <TimeAgo at={at()} />}
              </Show>
            </dd>
          </div>
          <div>
            <dt>{text.health.lastDay}</dt>
            <dd>{errorRate(props.webhook)}</dd>
          </div>
          <div>
            <dt>{text.columns.events}</dt>
            <dd>
              <code>{props.webhook.events.join(', ')}</code>
            </dd>
          </div>
          <div>
            <dt>{text.columns.created}</dt>
            <dd>
              <TimeAgo at={props.webhook.createdAt} />
            </dd>
          </div>
          <div>
            <dt>{text.id}</dt>
            <dd>
              <code>{props.webhook.id}</code>
            </dd>
          </div>
        </dl>
        <div class="details-actions">
          <Show when={mayChange()}>
            {asking('edit', text.edit)}
            {asking('replace-secret', text.rotate)}
            <Show
              when={props.webhook.isActive}
              fallback={
                <button
                  type="button"
                  class="button"
                  aria-disabled={enable.isPending()}
                  onClick={() => void enable.start()}
                >
                  {text.enable}
                </button>
              }
            >
              {asking('disable', text.disable)}
            </Show>
          </Show>
          {asking('remove', text.remove, 'button-warn')}
        </div>
        <ProblemNote problem={enable.problem()} onRetry={() => void enable.retry()} />
        <WhatArrives />
        <VerifySignature />
      </section>
      <TestEvent webhook={props.webhook} />
      <Deliveries webhook={props.webhook} />
      <WebhookDialogs
        webhook={props.webhook}
        question={question()}
        onRemoved={() => go('/settings/webhooks')}
        onClose={() => setQuestion(null)}
      />
    </>
  );
}
