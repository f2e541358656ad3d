import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries, refreshKeys } from '../api/api-keys.ts';
import type { SubOrg } from '../api/records.ts';
import { refreshSubOrgs } from '../api/sub-orgs.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Archives a sub-organization, and says first how many keys that revokes. */
export function ArchiveDialog(props: { subOrg: SubOrg; onClose: () => void }) {
  const api = useApi();
  const say = useStatusLine();
  const member = useMember();
  // On a plan without API access keys cannot be listed, and none of them works.
  const mayCount = () => member()?.may.createApiKeys ?? false;
  const keys = useQuery(() => ({
    ...apiKeyQueries.list(api, { subOrgId: props.subOrg.id, status: 'active', limit: 100 }),
    enabled: mayCount(),
  }));
  const count = () =>
    keys.isSuccess
      ? text.revokes(keys.data.items.length, keys.data.nextCursor !== null)
      : text.counting;
  const archive = createAction(async () => {
    const { id, name } = props.subOrg;
    await api.trpc.subOrgs.archive.mutate({ id });
    await Promise.all([refreshSubOrgs(api), refreshKeys(api)]);
    say(text.done.archived(name));
    props.onClose();
  });
  return (
    <ConfirmDialog
      title={text.archiveTitle(props.subOrg.name)}
      confirm={text.archive}
      typed={keys.isSuccess && keys.data.items.length > 0 ? props.subOrg.name : undefined}
      isPending={archive.isPending()}
      problem={archive.problem()}
      onConfirm={() => void archive.start()}
      onClose={props.onClose}
    >
      <p>{text.archiveLead}</p>
      <Show when={mayCount()}>
        <p class="notice" role="status">
          {count()}
        </p>
      </Show>
    </ConfirmDialog>
  );
}
