import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { refreshWebhooks } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Removal: the webhook's deliveries are removed too. */
export function RemoveWebhookDialog(props: {
  webhook: Webhook;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const remove = createAction(async () => {
    await api.trpc.webhooks.remove.mutate({ id: props.webhook.id });
    props.onClose();
    // Leave the webhook's page first: its queries would be refetched for a webhook that is gone.
    props.onRemoved();
    announce(text.done.removed);
    await refreshWebhooks(api);
  });
  return (
    <ConfirmDialog
      title={text.removeTitle}
      confirm={text.removeConfirm}
      isPending={remove.isPending()}
      problem={remove.problem()}
      onConfirm={() => void remove.start()}
      onClose={props.onClose}
    >
      <p class="break-anywhere">
        <code>{props.webhook.url}</code>
      </p>
      <p>{text.removeLead}</p>
    </ConfirmDialog>
  );
}
