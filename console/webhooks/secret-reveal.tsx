import { webhooks as text } from '../messages/messages.ts';
import { RevealDialog, type SecretForm } from '../ui/reveal-dialog.tsx';
import { VerifySignature } from './what-arrives.tsx';

const masked = `whsec_${'•'.repeat(24)}`;

/** A dialog that asks for something and then reveals the signing secret that came of it, once. */
export function SecretReveal(props: {
  title: string;
  lead: string;
  revealTitle: string;
  revealLead: string;
  onClose: () => void;
  form: SecretForm<string>;
}) {
  return (
    <RevealDialog
      title={props.title}
      lead={props.lead}
      revealTitle={props.revealTitle}
      revealLead={props.revealLead}
      file={{ name: text.secret.fileName, variable: 'REPORISK_WEBHOOK_SECRET' }}
      use={<VerifySignature />}
      onClose={props.onClose}
      form={(reveal, cancel) =>
        props.form((made) => reveal(made.then((secret) => ({ secret, masked }))), cancel)
      }
    />
  );
}
