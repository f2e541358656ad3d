import { reveal, keyForm as text } from '../messages/messages.ts';
import { NewKeyForm } from './new-key-form.tsx';
import { SecretDialog } from './secret-dialog.tsx';

/** New API Key: the form, then the secret. */
export function NewKeyDialog(props: { onClose: () => void }) {
  return (
    <SecretDialog
      title={text.title}
      lead={text.lead}
      revealTitle={reveal.createdTitle}
      onClose={props.onClose}
      form={(onIssued, onCancel) => <NewKeyForm onIssued={onIssued} onCancel={onCancel} />}
    />
  );
}
