import { Match, Suspense, Switch } from 'solid-js';
import type { Webhook } from '../api/records.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';

/** The open question about the shown webhook. */
export type WebhookQuestion = 'edit' | 'replace-secret' | 'disable' | 'remove';

const EditWebhookDialog = lazyDialog(
  () => import('./edit-webhook-dialog.tsx'),
  'EditWebhookDialog',
);
const ReplaceSecretDialog = lazyDialog(
  () => import('./replace-secret-dialog.tsx'),
  'ReplaceSecretDialog',
);
const DisableWebhookDialog = lazyDialog(
  () => import('./disable-webhook-dialog.tsx'),
  'DisableWebhookDialog',
);
const RemoveWebhookDialog = lazyDialog(
  () => import('./remove-webhook-dialog.tsx'),
  'RemoveWebhookDialog',
);

/** The one dialog that is open, if any. */
export function WebhookDialogs(props: {
  webhook: Webhook;
  question: WebhookQuestion | null;
  onRemoved: () => void;
  onClose: () => void;
}) {
  return (
    <Suspense>
      <Switch>
        <Match when={props.question === 'edit'}>
          <EditWebhookDialog webhook={props.webhook} onClose={props.onClose} />
        </Match>
        <Match when={props.question === 'replace-secret'}>
          <ReplaceSecretDialog webhook={props.webhook} onClose={props.onClose} />
        </Match>
        <Match when={props.question === 'disable'}>
          <DisableWebhookDialog webhook={props.webhook} onClose={props.onClose} />
        </Match>
        <Match when={props.question === 'remove'}>
          <RemoveWebhookDialog
            webhook={props.webhook}
            onRemoved={props.onRemoved}
            onClose={props.onClose}
          />
        </Match>
      </Switch>
    </Suspense>
  );
}
