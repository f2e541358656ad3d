import { createSignal, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries, refreshKeys } from '../api/api-keys.ts';
import type { ApiKey } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess, revoke as text } from '../messages/messages.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { useStatusLine } from '../ui/status-line.tsx';
import { TextField } from '../ui/text-field.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { createDescendants } from './descendants.tsx';
import { KeyCallers } from './key-callers.tsx';

/** Revocation of one key: can be confirmed once its effects and callers are shown. */
export function RevokeDialog(props: {
  key: ApiKey;
  reason?: string | undefined;
  onDone?: (() => void) | undefined;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const [reason, setReason] = createSignal(props.reason ?? '');
  const wasUsed = () => props.key.lastUsedAt !== null;
  const usage = useQuery(() => ({
    ...apiKeyQueries.usage(api, props.key.id),
    enabled: wasUsed(),
  }));
  const descendants = createDescendants([props.key], 'revoke');
  const revoke = createAction(async () => {
    const { id, label } = props.key;
    await api.trpc.apiKeys.revoke.mutate({ id, reason: reason().trim() || null });
    await refreshKeys(api);
    announce(apiAccess.done.revoked(label));
    props.onDone?.();
    props.onClose();
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => ({}),
    input: () => ({ reason: reason() }),
    problem: revoke.problem,
  });
  return (
    <ConfirmDialog
      title={text.title(props.key.label)}
      confirm={text.confirm}
      isKnown={descendants.isKnown() && !(wasUsed() && usage.isPending)}
      isPending={revoke.isPending()}
      problem={problem()}
      onConfirm={() => check() && void revoke.start()}
      onClose={props.onClose}
    >
      <p>{text.forEver}</p>
      <Show when={wasUsed()}>
        <KeyCallers id={props.key.id} />
      </Show>
      <dl class="facts facts-boxed">
        <div>
          <dt>{text.lastUsed}</dt>
          <dd>
            <Show when={props.key.lastUsedAt} fallback={text.neverUsed}>
              {(at) => <TimeAgo at={at()} />}
            </Show>
          </dd>
        </div>
        <div>
          <dt>{text.reach}</dt>
          <dd>
            <Reach subOrgId={props.key.subOrgId} />
          </dd>
        </div>
      </dl>
      <descendants.View />
      <TextField
        label={text.reason}
        optional={text.optional}
        hint={text.reasonHint}
        maxLength={200}
        value={reason()}
        error={errorOf('reason')}
        onInput={setReason}
      />
    </ConfirmDialog>
  );
}

function Reach(props: { subOrgId: number | null }) {
  const api = useApi();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const name = () =>
    (subOrgs.isSuccess ? subOrgs.data : []).find(({ id }) => id === props.subOrgId)?.name;
  return (
    <>
      {props.subOrgId === null
        ? text.wholeOrganization
        : text.onlySubOrg(name() ?? String(props.subOrgId))}
    </>
  );
}
