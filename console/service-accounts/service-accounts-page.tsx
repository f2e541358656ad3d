import { createSignal, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { ServiceAccount } from '../api/records.ts';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { useQuery } from '../api/use-query.ts';
import { serviceAccounts as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { AccountRow } from './account-row.tsx';

const AccountDialog = lazyDialog(() => import('./account-dialog.tsx'), 'AccountDialog');

const DisableDialog = lazyDialog(() => import('./disable-dialog.tsx'), 'DisableDialog');

/** Settings → Service accounts. */
export function ServiceAccountsPage() {
  const api = useApi();
  const member = useMember();
  // Service accounts need the same plan as keys.
  const mayChange = () => member()?.may.createApiKeys ?? false;
  const paging = createPaging();
  const page = useQuery(() => serviceAccountQueries.list(api, paging.cursor()));
  const [dialog, setDialog] = createSignal<{ account: ServiceAccount | null } | null>(null);
  const [disabling, setDisabling] = createSignal<ServiceAccount | null>(null);
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      create={
        mayChange()
          ? { label: text.create, onClick: () => setDialog({ account: null }) }
          : undefined
      }
      note={
        <Show when={!mayChange()}>
          <p class="notice">{text.planNote}</p>
        </Show>
      }
      query={page}
      paging={paging}
      empty={{ icon: 'robot', ...text.empty }}
      columns={[
        text.columns.name,
        text.columns.role,
        text.columns.keys,
        text.columns.created,
        text.columns.status,
        ...(mayChange() ? [text.columns.actions] : []),
      ]}
      row={(account) => (
        <AccountRow
          account={account}
          mayChange={mayChange()}
          onEdit={() => setDialog({ account })}
          onDisable={() => setDisabling(account)}
        />
      )}
    >
      <Show when={dialog()} keyed>
        {({ account }) => <AccountDialog account={account} onClose={() => setDialog(null)} />}
      </Show>
      <Show when={disabling()} keyed>
        {(account) => <DisableDialog account={account} onClose={() => setDisabling(null)} />}
      </Show>
    </ListPage>
  );
}
