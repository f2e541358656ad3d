import type { JSX } from 'solid-js';
import type { IssuedKey } from '../api/records.ts';
import { reveal as text } from '../messages/messages.ts';
import { RevealDialog, type SecretForm } from '../ui/reveal-dialog.tsx';
import { KeySnippets } from './key-snippets.tsx';

/** A dialog that asks for something and then reveals the key that came of it, once. */
export function SecretDialog(props: {
  title: string;
  lead: JSX.Element;
  revealTitle: string;
  onClose: () => void;
  form: SecretForm<IssuedKey>;
}) {
  return (
    <RevealDialog
      title={props.title}
      lead={props.lead}
      revealTitle={props.revealTitle}
      revealLead={text.lead}
      file={{ name: text.downloadName, variable: 'REPORISK_API_KEY' }}
      use={<KeySnippets />}
      onClose={props.onClose}
      form={(reveal, cancel) =>
        props.form(
          (issued) =>
            reveal(issued.then(({ key, rawKey }) => ({ secret: rawKey, masked: key.preview }))),
          cancel,
        )
      }
    />
  );
}
