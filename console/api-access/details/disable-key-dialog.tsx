import type { ApiKey } from '../../api/records.ts';
import { disableKey as text } from '../../messages/messages.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import type { KeyActions } from '../key-actions.ts';
import { KeyCallers } from '../key-callers.tsx';

/** Asks before a key in use is disabled, and names its callers. */
export function DisableKeyDialog(props: {
  apiKey: ApiKey;
  actions: KeyActions;
  onClose: () => void;
}) {
  const disable = () => {
    props.actions.setDisabled(true);
    props.onClose();
  };
  return (
    <ConfirmDialog
      title={text.title(props.apiKey.label)}
      confirm={text.confirm}
      isPending={false}
      problem={null}
      onConfirm={disable}
      onClose={props.onClose}
    >
      <p>{text.lead}</p>
      <KeyCallers id={props.apiKey.id} />
    </ConfirmDialog>
  );
}
