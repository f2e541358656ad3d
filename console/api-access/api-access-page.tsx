import { createEffect, createSignal, Match, Show, Suspense, Switch, untrack } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { PermissionPanel } from '../session/permission-panel.tsx';
import { Icon } from '../ui/icon.tsx';
import { lazyNamed } from '../ui/lazy-named.tsx';
import { useLocation } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { KeyCard } from './key-card.tsx';
import { KeyDialogs, type OpenDialog } from './key-dialogs.tsx';

const KeyPage = lazyNamed(() => import('./details/key-page.tsx'), 'KeyPage');
const UpgradeNotice = lazyNamed(() => import('./upgrade-notice.tsx'), 'UpgradeNotice');

/** Settings → API Access: the keys, one key (`?key=`), or the reason why there are none to manage. */
export function ApiAccessPage() {
  const member = useMember();
  const mayCreate = () => member()?.may.createApiKeys ?? false;
  const [dialog, setDialog] = createSignal<OpenDialog | null>(null);
  const create = () => setDialog({ kind: 'create' });
  const newKeyButton = () => (
    <button type="button" class="button button-primary" aria-haspopup="dialog" onClick={create}>
      <Icon name="plus" /> {text.newKey}
    </button>
  );
  const { parameter } = useLocation();
  const keyId = () => (mayCreate() ? parameter('key') : null);
  // A question about a key is left with its page; a new secret never is.
  createEffect<string | null>((before) => {
    const id = keyId();
    const kind = untrack(dialog)?.kind;
    if (id !== before && (kind === 'revoke' || kind === 'bulk')) setDialog(null);
    return id;
  }, null);
  return (
    <>
      <Show when={keyId()} keyed>
        {(id) => <KeyPage id={id} onOpen={setDialog} />}
      </Show>
      <Show when={keyId() === null}>
        <Page title={text.title} action={<Show when={mayCreate()}>{newKeyButton()}</Show>}>
          <Switch fallback={<PermissionPanel />}>
            <Match when={mayCreate()}>
              <KeyCard onOpen={setDialog} newKeyButton={newKeyButton} />
            </Match>
            <Match when={member()?.may.revokeApiKeys}>
              {/* The title stays, with the focus, while this is loaded. */}
              <Suspense>
                <UpgradeNotice />
              </Suspense>
            </Match>
          </Switch>
        </Page>
      </Show>
      <Show when={mayCreate()}>
        <KeyDialogs dialog={dialog()} onClose={() => setDialog(null)} />
      </Show>
    </>
  );
}
