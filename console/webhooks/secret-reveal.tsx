import type { JSX } from 'solid-js';
import { webhooks as text } from '../messages/messages.ts';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { VerifySignature } from './what-arrives.tsx';

const masked = `whsec_${'•'.repeat(24)}`;

/** A dialog that asks for something and then reveals the signing secret that came of it, once. */
export function SecretReveal(props: {
  title: string;
  lead: string;
  revealTitle: string;
  revealLead: string;
  onClose: () => void;
  form: (reveal: (secret: string) => void) => JSX.Element;
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
      form={(reveal) => props.form((secret) => reveal({ secret, masked }))}
    />
  );
}
