import { useQuery } from '@tanstack/solid-query';
import { createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { SubOrg } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Chip } from '../ui/chip.tsx';
import { Icon } from '../ui/icon.tsx';
import { createPaging, ListSection } from '../ui/list-section.tsx';
import { Page } from '../ui/page.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const NameDialog = lazy(async () => ({ default: (await import('./name-dialog.tsx')).NameDialog }));
const ArchiveDialog = lazy(async () => ({
  default: (await import('./archive-dialog.tsx')).ArchiveDialog,
}));

type OpenDialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename' | 'archive'; readonly subOrg: SubOrg };

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
  return (
    <Page
      title={text.title}
      lead={text.lead}
      action={
        <Show when={mayManage()}>
          <button
            type="button"
            class="button button-primary"
            aria-haspopup="dialog"
            onClick={() => setDialog({ kind: 'create' })}
          >
            <Icon name="plus" /> {text.create}
          </button>
        </Show>
      }
    >
      <ListSection
        label={text.title}
        query={page}
        paging={paging}
        empty={text.empty}
        columns={[
          text.columns.name,
          text.columns.id,
          text.columns.created,
          text.columns.status,
          ...(mayManage() ? [text.columns.actions] : []),
        ]}
      >
        <For each={page.isSuccess ? page.data.items : []}>
          {(subOrg) => (
            <Row
              subOrg={subOrg}
              mayManage={mayManage()}
              onOpen={(kind) => setDialog({ kind, subOrg })}
            />
          )}
        </For>
      </ListSection>
      <Suspense>
        <Switch>
          <Match when={dialog()?.kind === 'create'}>
            <NameDialog subOrg={null} onClose={close} />
          </Match>
          <Match when={about('rename')}>
            {(subOrg) => <NameDialog subOrg={subOrg()} onClose={close} />}
          </Match>
          <Match when={about('archive')}>
            {(subOrg) => <ArchiveDialog subOrg={subOrg()} onClose={close} />}
          </Match>
        </Switch>
      </Suspense>
    </Page>
  );
}

function Row(props: {
  subOrg: SubOrg;
  mayManage: boolean;
  onOpen: (kind: 'rename' | 'archive') => void;
}) {
  const label = (action: string) => `${action} ${props.subOrg.name}`;
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <bdi class="key-label">{props.subOrg.name}</bdi>
      </th>
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
          <button
            type="button"
            class="button button-quiet"
            aria-haspopup="dialog"
            aria-label={label(text.rename)}
            onClick={() => props.onOpen('rename')}
          >
            {text.rename}
          </button>
          <Show when={!props.subOrg.archivedAt}>
            <button
              type="button"
              class="button button-quiet button-warn"
              aria-haspopup="dialog"
              aria-label={label(text.archive)}
              onClick={() => props.onOpen('archive')}
            >
              {text.archive}
            </button>
          </Show>
        </td>
      </Show>
    </tr>
  );
}
