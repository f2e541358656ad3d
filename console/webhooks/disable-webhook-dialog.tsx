import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { refreshWebhooks, webhookQueries } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Disabling discards pending deliveries: the dialog first states their number. */
export function DisableWebhookDialog(props: { webhook: Webhook; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const waiting = useQuery(() =>
    webhookQueries.deliveries(api, props.webhook.id, 'pending', undefined),
  );
  const disable = createAction(async () => {
    await api.trpc.webhooks.update.mutate({ id: props.webhook.id, isActive: false });
    await refreshWebhooks(api);
    announce(text.done.disabled);
    props.onClose();
  });
  const isLosing = () => waiting.isSuccess && waiting.data.items.length > 0;
  return (
    <ConfirmDialog
      title={text.disableTitle}
      confirm={text.disable}
      isPending={disable.isPending()}
      problem={disable.problem()}
      onConfirm={() => void disable.start()}
      onClose={props.onClose}
    >
      <p>{text.disableLead}</p>
      <p classList={{ notice: isLosing(), muted: !isLosing() }} role="status">
        {waiting.isSuccess
          ? text.lost(waiting.data.items.length, waiting.data.nextCursor !== null)
          : text.counting}
      </p>
    </ConfirmDialog>
  );
}
