import { createSignal } from 'solid-js';
import { createStore } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshWebhooks } from '../api/webhooks.ts';
import { dialogs, webhooks as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { revealedSecret, signingSecret } from './signing-secret.tsx';
import {
  validationErrorsOf,
  type WebhookDraft,
  WebhookFields,
  webhookEvents,
} from './webhook-fields.tsx';
import { WhatArrives } from './what-arrives.tsx';

/** New webhook: the form, then the signing secret. */
export function NewWebhookDialog(props: { onClose: () => void }) {
  return (
    <RevealDialog
      kind={signingSecret}
      title={text.create}
      lead={text.createLead}
      revealTitle={text.secret.createdTitle}
      revealLead={text.secret.lead}
      onClose={props.onClose}
      form={({ show, leave }) => <NewWebhookForm show={show} leave={leave} />}
    />
  );
}

function NewWebhookForm(props: Pick<Reveal, 'show' | 'leave'>) {
  const api = useApi();
  const [draft, setDraft] = createStore<WebhookDraft>({ url: '', events: [...webhookEvents] });
  const [validationErrors, setValidationErrors] = createSignal<Partial<Record<string, string>>>({});
  let form: HTMLFormElement | undefined;
  const add = createAction(async () => {
    await props.show(api.trpc.webhooks.create.mutate({ ...draft }).then(revealedSecret));
    void refreshWebhooks(api);
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setValidationErrors(validationErrorsOf(draft));
    const isFine = Object.keys(validationErrors()).length === 0 && (await add.start());
    if (!isFine) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <form class="dialog-body" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <WebhookFields
        draft={draft}
        validationErrors={validationErrors()}
        problem={add.problem()}
        onChange={(changes) => setDraft(changes)}
      />
      <WhatArrives />
      <ProblemNote problem={add.problem()} onRetry={() => form?.requestSubmit()} />
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
