import { createStore } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshWebhooks } from '../api/webhooks.ts';
import { dialogs, webhooks as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { createFormErrors } from '../ui/form-errors.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { revealedSecret, signingSecret } from './signing-secret.tsx';
import { webhookEvents } from './webhook-events.ts';
import { validationErrorsOf, type WebhookDraft, WebhookFields } from './webhook-fields.tsx';
import { WhatArrives } from './what-arrives.tsx';

/** New webhook: the form, then the signing secret, then the webhook's page. */
export function NewWebhookDialog(props: { onAdded: (id: string) => void; onClose: () => void }) {
  let added: string | null = null;
  const close = () => {
    props.onClose();
    if (added !== null) props.onAdded(added);
  };
  return (
    <RevealDialog
      kind={signingSecret}
      title={text.create}
      lead={text.createLead}
      revealTitle={text.secret.createdTitle}
      revealLead={text.secret.lead}
      onClose={close}
      form={({ show, leave }) => (
        <NewWebhookForm
          show={show}
          leave={leave}
          onAdded={(id) => {
            added = id;
          }}
        />
      )}
    />
  );
}

function NewWebhookForm(props: Pick<Reveal, 'show' | 'leave'> & { onAdded: (id: string) => void }) {
  const api = useApi();
  const [draft, setDraft] = createStore<WebhookDraft>({ url: '', events: [...webhookEvents] });
  let form: HTMLFormElement | undefined;
  const add = createAction(async () => {
    const adding = api.trpc.webhooks.create.mutate({ ...draft }).then((webhook) => {
      props.onAdded(webhook.id);
      return revealedSecret(webhook);
    });
    await props.show(adding);
    void refreshWebhooks(api);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => validationErrorsOf(draft),
    input: () => ({ ...draft }),
    problem: add.problem,
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const isFine = check() && (await add.start());
    if (!isFine) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <form class="dialog-body" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <WebhookFields draft={draft} errorOf={errorOf} onChange={(changes) => setDraft(changes)} />
      <WhatArrives />
      <ProblemNote problem={problem()} onRetry={() => form?.requestSubmit()} />
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={() => props.leave()}>
          {dialogs.cancel}
        </button>
        <button type="submit" class="button button-primary" aria-disabled={add.isPending()}>
          {add.isPending() ? text.adding : text.add}
        </button>
      </footer>
    </form>
  );
}
