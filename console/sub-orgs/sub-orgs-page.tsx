import { createSignal, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { subOrgKeysHref } from '../api/record-links.ts';
import type { SubOrg } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Chip } from '../ui/chip.tsx';
import { highlightOf } from '../ui/highlight.ts';
import { KeyCount } from '../ui/key-count.tsx';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const NameDialog = lazyDialog(() => import('./name-dialog.tsx'), 'NameDialog');
const EndDialog = lazyDialog(() => import('./end-dialog.tsx'), 'EndDialog');

type OpenDialog =
  | { readonly kind: 'create' }
  | { readonly kind: RowAction; readonly subOrg: SubOrg };

type RowAction = 'rename' | 'archive' | 'remove';

/** Settings → Sub-organizations. */
export function SubOrgsPage() {
  const api = useApi();
  const member = useMember();
  const mayManage = () => member()?.may.manageSubOrgs ?? false;
  const paging = createPaging();
  const page = useQuery(() => subOrgQueries.list(api, paging.cursor()));
  const [dialog, setDialog] = createSignal<OpenDialog | null>(null);
  const close = () => setDialog(null);
  const about = (kind: OpenDialog['kind']) => {
    const open = dialog();
    return open !== null && open.kind !== 'create' && open.kind === kind ? open.subOrg : null;
  };
  const adminsOnly = () => (
    <Show when={!mayManage() && member()}>
      {(known) => <p class="muted">{text.adminsOnly(known().organization.name)}</p>}
    </Show>
  );
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      create={
        mayManage()
          ? { label: text.create, onClick: () => setDialog({ kind: 'create' }) }
          : undefined
      }
      note={adminsOnly()}
      query={page}
      paging={paging}
      empty={{ icon: 'building', ...text.empty }}
      columns={[
        text.columns.name,
        text.columns.keys,
        text.columns.id,
        text.columns.created,
        text.columns.status,
        ...(mayManage() ? [text.columns.actions] : []),
      ]}
      row={(subOrg) => (
        <Row
          subOrg={subOrg}
          mayManage={mayManage()}
          mayList={member()?.may.createApiKeys ?? false}
          onOpen={(kind) => setDialog({ kind, subOrg })}
        />
      )}
    >
      <Switch>
        <Match when={dialog()?.kind === 'create'}>
          <NameDialog subOrg={null} onClose={close} />
        </Match>
        <Match when={about('rename')}>
          {(subOrg) => <NameDialog subOrg={subOrg()} onClose={close} />}
        </Match>
        <Match when={about('archive')}>
          {(subOrg) => <EndDialog how="archive" subOrg={subOrg()} onClose={close} />}
        </Match>
        <Match when={about('remove')}>
          {(subOrg) => <EndDialog how="remove" subOrg={subOrg()} onClose={close} />}
        </Match>
      </Switch>
    </ListPage>
  );
}

function Row(props: {
  subOrg: SubOrg;
  mayManage: boolean;
  mayList: boolean;
  onOpen: (kind: RowAction) => void;
}) {
  const button = (kind: RowAction, action: string, look = '') => (
    <button
      type="button"
      class={`button button-quiet ${look}`}
      aria-haspopup="dialog"
      aria-label={`${action} ${props.subOrg.name}`}
      onClick={() => props.onOpen(kind)}
    >
      {action}
    </button>
  );
  return (
    <tr class="row" data-highlighted={highlightOf(props.subOrg.id)}>
      <th scope="row" class="cell-main">
        <bdi class="record-label">{props.subOrg.name}</bdi>
        <Show when={props.subOrg.clerkId}>
          <p class="hint">
            {text.linked} <code>{props.subOrg.clerkId}</code>
          </p>
        </Show>
      </th>
      <td data-label={text.columns.keys}>
        <KeyCount
          count={props.subOrg.activeKeys}
          href={subOrgKeysHref(props.subOrg.id)}
          of={props.subOrg.name}
          mayList={props.mayList}
        />
      </td>
      <td data-label={text.columns.id}>
        <code>{props.subOrg.id}</code>
      </td>
      <td data-label={text.columns.created}>
        <TimeAgo at={props.subOrg.createdAt} />
      </td>
      <td data-label={text.columns.status}>
        <Show
          when={props.subOrg.archivedAt}
          fallback={<Chip tone="good" icon="check" label={text.active} />}
        >
          <Chip tone="calm" icon="pause" label={text.archived} />
        </Show>
      </td>
      <Show when={props.mayManage}>
        <td class="cell-actions">
          {button('rename', text.rename)}
          <Show when={!props.subOrg.archivedAt}>
            {button('archive', text.archive.action, 'button-warn')}
          </Show>
          {button('remove', text.remove.action, 'button-warn')}
        </td>
      </Show>
    </tr>
  );
}
