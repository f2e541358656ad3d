import { createSignal, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook, WebhookTest } from '../api/records.ts';
import { webhooks as text } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { AttemptView, RequestView } from './attempt-view.tsx';

/** Sends a test event, and shows what was sent and answered. */
export function TestEvent(props: { webhook: Webhook }) {
  const api = useApi();
  const announce = useStatusLine();
  const [sent, setSent] = createSignal<WebhookTest | null>(null);
  const send = createAction(async () => {
    setSent(null);
    const test = await api.trpc.webhooks.test.mutate({ id: props.webhook.id });
    setSent(test);
    if (test.error === null) announce(text.test.accepted(test.status));
    else announce(text.test.refused(test.error), 'failure');
  });
  return (
    <section class="card panel-plain" aria-labelledby="test-event">
      <header class="panel-head">
        <div>
          <h2 id="test-event">{text.test.title}</h2>
          <p class="muted">{text.test.lead}</p>
        </div>
        <button
          type="button"
          class="button button-primary"
          aria-disabled={send.isPending()}
          onClick={() => void send.start()}
        >
          {send.isPending() ? text.test.sending : text.test.send}
        </button>
      </header>
      <ProblemNote problem={send.problem()} onRetry={() => void send.retry()} />
      <Show when={sent()}>
        {(test) => (
          <div class="exchange">
            <RequestView {...test()} />
            <AttemptView attempt={test()} />
          </div>
        )}
      </Show>
    </section>
  );
}
