import { Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { affectedKeysQuery } from '../api/affected-keys.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys } from '../api/api-keys.ts';
import type { SubOrg } from '../api/records.ts';
import { refreshSubOrgs } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { AffectedKeys } from '../ui/affected-keys.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Archives or removes a sub-organization, and first lists the keys that this revokes. */
export function EndDialog(props: {
  how: 'archive' | 'remove';
  subOrg: SubOrg;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  // A plan without API access cannot list keys, and none of them works.
  const mayList = () => member()?.may.createApiKeys ?? false;
  const keys = useQuery(() => ({
    ...affectedKeysQuery(api, { subOrgId: props.subOrg.id }, ['active', 'disabled']),
    enabled: mayList(),
  }));
  const isNone = () => keys.isSuccess && keys.data.items.length === 0;
  const end = createAction(async () => {
    const { id, name } = props.subOrg;
    await api.trpc.subOrgs[props.how].mutate({ id });
    await Promise.all([refreshSubOrgs(api), refreshKeys(api)]);
    announce(text.done[props.how](name));
    props.onClose();
  });
  return (
    <ConfirmDialog
      title={text[props.how].title(props.subOrg.name)}
      confirm={text[props.how].action}
      typed={isNone() ? undefined : props.subOrg.name}
      isKnown={!mayList() || !keys.isPending}
      isPending={end.isPending()}
      problem={end.problem()}
      onConfirm={() => void end.start()}
      onClose={props.onClose}
    >
      <p>
        {text[props.how].lead}{' '}
        <Show when={props.how === 'remove' && props.subOrg.clerkId}>
          {(clerkId) => text.unlinks(clerkId())}
        </Show>
      </p>
      <Show when={mayList()} fallback={<p class="notice">{text.dormant}</p>}>
        <AffectedKeys query={keys} says={text.revokes} none={text.revokesNone} />
      </Show>
    </ConfirmDialog>
  );
}
