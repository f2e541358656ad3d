import { createAction } from '../api/action.ts';
import { affectedKeysQuery } from '../api/affected-keys.ts';
import { useApi } from '../api/api-context.tsx';
import type { ServiceAccount } from '../api/records.ts';
import { refreshServiceAccounts } from '../api/service-accounts.ts';
import { useQuery } from '../api/use-query.ts';
import { serviceAccounts as text } from '../messages/messages.ts';
import { AffectedKeys } from '../ui/affected-keys.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Disables a service account, and first lists the keys that stop working. */
export function DisableDialog(props: { account: ServiceAccount; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const keys = useQuery(() =>
    affectedKeysQuery(api, { serviceAccountId: props.account.id }, ['active']),
  );
  const disable = createAction(async () => {
    const { id, name } = props.account;
    await api.trpc.serviceAccounts.update.mutate({ id, isActive: false });
    await refreshServiceAccounts(api);
    announce(text.done.disabled(name));
    props.onClose();
  });
  return (
    <ConfirmDialog
      title={text.disableTitle(props.account.name)}
      confirm={text.disable}
      isKnown={!keys.isPending}
      isPending={disable.isPending()}
      problem={disable.problem()}
      onConfirm={() => void disable.start()}
      onClose={props.onClose}
    >
      <p>{text.disableLead}</p>
      <AffectedKeys query={keys} says={text.stops} none={text.stopsNone} />
    </ConfirmDialog>
  );
}
