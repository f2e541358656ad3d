import { createStore, unwrap } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { changedFields } from '../api/changed-fields.ts';
import type { Webhook } from '../api/records.ts';
import { refreshWebhooks } from '../api/webhooks.ts';
import { webhooks as text } from '../messages/messages.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { useStatusLine } from '../ui/status-line.tsx';
import { validationErrorsOf, type WebhookDraft, WebhookFields } from './webhook-fields.tsx';

/** Edits the address or the events. */
export function EditWebhookDialog(props: { webhook: Webhook; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  // A copy: the record may change in place, and only the user's own edits are saved.
  const { url, events } = structuredClone(unwrap(props.webhook));
  const [draft, setDraft] = createStore<WebhookDraft>({ url, events: [...events] });
  const save = createAction(async () => {
    await api.trpc.webhooks.update.mutate({
      id: props.webhook.id,
      ...changedFields({ url, events }, draft),
    });
    await refreshWebhooks(api);
    announce(text.done.saved);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => validationErrorsOf(draft),
    input: () => ({ ...draft }),
    problem: save.problem,
  });
  return (
    <FormDialog
      title={text.editTitle}
      save={text.save}
      problem={problem()}
      isPending={save.isPending()}
      check={check}
      onSave={save.start}
      onClose={props.onClose}
    >
      <WebhookFields draft={draft} errorOf={errorOf} onChange={(changes) => setDraft(changes)} />
    </FormDialog>
  );
}
