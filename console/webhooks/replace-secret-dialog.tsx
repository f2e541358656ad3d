import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { dialogs, webhooks as text } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { SecretReveal } from './secret-reveal.tsx';

/** A new signing secret; for a day the one before counts too. */
export function ReplaceSecretDialog(props: { webhook: Webhook; onClose: () => void }) {
  return (
    <SecretReveal
      title={text.rotateTitle}
      lead={text.rotateLead}
      revealTitle={text.rotatedTitle}
      revealLead={text.secret.rotatedLead}
      onClose={props.onClose}
      form={(onReplaced, onCancel) => (
        <Question webhook={props.webhook} onReplaced={onReplaced} onCancel={onCancel} />
      )}
    />
  );
}

function secretOf({ secret }: { readonly secret?: string | undefined }): string {
  if (secret === undefined) throw new Error('the answer holds no new secret');
  return secret;
}

function Question(props: {
  webhook: Webhook;
  onReplaced: (secret: Promise<string>) => Promise<void>;
  onCancel: () => void;
}) {
  const api = useApi();
  const replace = createAction(async () => {
    const input = { id: props.webhook.id, rotateSecret: true };
    const updated = api.trpc.webhooks.update.mutate(input);
    await props.onReplaced(updated.then(secretOf));
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void replace.start();
  };
  return (
    <form class="dialog-body" onSubmit={submit}>
      <p class="notice">{text.rotateAgain}</p>
      <ProblemNote problem={replace.problem()} onRetry={() => void replace.retry()} />
      <footer class="dialog-foot">
        <button type="button" class="button" data-autofocus onClick={() => props.onCancel()}>
          {dialogs.cancel}
        </button>
        <button type="submit" class="button button-primary" aria-disabled={replace.isPending()}>
          {replace.isPending() ? text.rotating : text.rotate}
        </button>
      </footer>
    </form>
  );
}
