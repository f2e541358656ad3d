import { Match, onCleanup, Show, Switch } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries, refreshLists } from '../../api/api-keys.ts';
import { problemOf } from '../../api/problem.ts';
import type { BulkAction, ListedKey } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { keyPage as text } from '../../messages/messages.ts';
import { Icon } from '../../ui/icon.tsx';
import { Link, useLocation } from '../../ui/location.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { createKeyActions } from '../key-actions.ts';
import type { OpenDialog } from '../key-dialogs.tsx';
import { KeyStatus } from '../key-status.tsx';
import { RenameForm } from '../rename-form.tsx';
import { KeyDetails } from './key-details.tsx';
import { KeyPageActions } from './key-page-actions.tsx';

/** The page of one key, by its id. An id of another organization is unknown here. */
export function KeyPage(props: { id: string; onOpen: (dialog: OpenDialog) => void }) {
  const api = useApi();
  const found = useQuery(() => apiKeyQueries.one(api, props.id));
  // Its page is newer than the list that was left for it.
  onCleanup(() => refreshLists(api));
  const key = () => (found.isSuccess ? found.data.items.find(({ id }) => id === props.id) : null);
  return (
    <Show when={key()} fallback={<NoKey />}>
      {(known) => <KnownKey apiKey={known()} onOpen={props.onOpen} />}
    </Show>
  );

  function NoKey() {
    return (
      <Page title={text.title} before={<BackLink />}>
        <section class="card" aria-label={text.title}>
          <Switch fallback={<p class="empty muted">{text.unknown}</p>}>
            <Match when={found.isPending}>
              <Skeleton rows={5} />
            </Match>
            <Match when={found.isError}>
              <ProblemNote problem={problemOf(found.error)} onRetry={() => void found.refetch()} />
            </Match>
          </Switch>
        </section>
      </Page>
    );
  }
}

/** Back to the list, under the filter that it had. */
function BackLink() {
  const { hrefWith } = useLocation();
  return (
    <Link class="back link" href={hrefWith({ key: undefined, history: undefined })} isUp>
      <Icon name="chevron" /> {text.all}
    </Link>
  );
}

function KnownKey(props: { apiKey: ListedKey; onOpen: (dialog: OpenDialog) => void }) {
  const actions = createKeyActions(() => props.apiKey);
  const openBulk = (action: BulkAction) =>
    props.onOpen({ kind: 'bulk', action, keys: [props.apiKey] });
  return (
    <Page
      title={props.apiKey.label}
      before={<BackLink />}
      action={
        <Show when={props.apiKey.status !== 'revoked'}>
          <KeyPageActions
            apiKey={props.apiKey}
            actions={actions}
            onOpen={(kind) => props.onOpen({ kind, key: props.apiKey })}
            onBulk={openBulk}
          />
        </Show>
      }
    >
      <div class="key-page-head" data-focus-home tabIndex={-1}>
        <code class="preview">{props.apiKey.preview}</code>
        <KeyStatus apiKey={props.apiKey} />
        <Show when={actions.isRenaming()}>
          <RenameForm
            label={props.apiKey.label}
            onSave={actions.rename}
            onCancel={actions.stopRenaming}
          />
        </Show>
      </div>
      <ProblemNote problem={actions.problem()} onRetry={actions.retry} />
      <KeyDetails apiKey={props.apiKey} onOpen={(kind, key) => props.onOpen({ kind, key })} />
    </Page>
  );
}
