import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { Webhook } from '../api/records.ts';
import { dialogs, webhooks as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { revealedSecret, signingSecret } from './signing-secret.tsx';

/** Replaces the signing secret; the previous one stays valid for a day. */
export function ReplaceSecretDialog(props: { webhook: Webhook; onClose: () => void }) {
  return (
    <RevealDialog
      kind={signingSecret}
      title={text.rotateTitle}
      lead={text.rotateLead}
      revealTitle={text.rotatedTitle}
      revealLead={text.secret.rotatedLead}
      onClose={props.onClose}
      form={({ show, leave }) => <Question webhook={props.webhook} show={show} leave={leave} />}
    />
  );
}

function Question(props: Pick<Reveal, 'show' | 'leave'> & { webhook: Webhook }) {
  const api = useApi();
  const replace = createAction(async () => {
    const input = { id: props.webhook.id, rotateSecret: true };
    await props.show(api.trpc.webhooks.update.mutate(input).then(revealedSecret));
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
        <button type="button" class="button" data-autofocus onClick={() => props.leave()}>
          {dialogs.cancel}
        </button>
        <button type="submit" class="button button-primary" aria-disabled={replace.isPending()}>
          {replace.isPending() ? text.rotating : text.rotate}
        </button>
      </footer>
    </form>
  );
}
