import { createSignal, createUniqueId, type JSX, Show, Suspense } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import type { ApiKey } from '../../api/records.ts';
import { serviceAccountQueries } from '../../api/service-accounts.ts';
import { useQuery } from '../../api/use-query.ts';
import { keyEdit, keyForm, settingsOf, apiAccess as text } from '../../messages/messages.ts';
import { lazyDialog } from '../../ui/lazy-named.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import type { KeyActions } from '../key-actions.ts';
import { scopeText } from '../scopes.ts';

const DisableKeyDialog = lazyDialog(() => import('./disable-key-dialog.tsx'), 'DisableKeyDialog');
const EditKeyDialog = lazyDialog(() => import('./edit-key-dialog.tsx'), 'EditKeyDialog');

/** The time for which a key's callers are kept, in milliseconds. */
const recently = 7 * 86_400_000;

/** A key's settings, and the actions that a row has no room for. */
export function KeySettings(props: { apiKey: ApiKey; actions: KeyActions }) {
  const id = createUniqueId();
  const [isDisabling, setDisabling] = createSignal(false);
  /** A key in use has callers that stop working: the dialog names them. */
  const toggle = () => {
    const { status, lastUsedAt } = props.apiKey;
    const isInUse = lastUsedAt !== null && Date.now() - Date.parse(lastUsedAt) < recently;
    if (status === 'active' && isInUse) setDisabling(true);
    else props.actions.setDisabled(status === 'active');
  };
  const [isEditing, setEditing] = createSignal(false);
  const isRevoked = () => props.apiKey.status === 'revoked';
  const isLive = () => props.apiKey.status === 'active' || props.apiKey.status === 'disabled';
  return (
    <section class="details-part" aria-labelledby={id}>
      <h2 id={id}>{settingsOf.title}</h2>
      <dl class="facts">
        <Show when={props.apiKey.description}>
          <Fact name={settingsOf.description} isWide>
            <bdi>{props.apiKey.description}</bdi>
          </Fact>
        </Show>
        <Fact name={settingsOf.scopes}>{scopeText(props.apiKey.scopes)}</Fact>
        <Fact name={settingsOf.addresses}>
          {props.apiKey.ipAllowList?.join(', ') ?? settingsOf.anyAddress}
        </Fact>
        <Fact name={settingsOf.rateLimit}>
          <Show when={props.apiKey.rateLimit} fallback={settingsOf.noRateLimit}>
            {(rate) => keyForm.rate(rate().limit, rate().windowSeconds)}
          </Show>
        </Fact>
        <Show when={props.apiKey.serviceAccountId}>
          {(account) => (
            <Fact name={settingsOf.owner}>
              <ServiceAccountName id={account()} />
            </Fact>
          )}
        </Show>
        <Show when={props.apiKey.revokedAt}>
          {(at) => (
            <Fact name={settingsOf.revokedAt}>
              <TimeAgo at={at()} />
            </Fact>
          )}
        </Show>
        <Show when={props.apiKey.revokedReason}>
          <Fact name={settingsOf.revokedReason}>
            <bdi>{props.apiKey.revokedReason}</bdi>
          </Fact>
        </Show>
        <Fact name={settingsOf.id} isWide>
          <code class="whole">{props.apiKey.id}</code>
        </Fact>
      </dl>
      <Show when={!isRevoked()}>
        <div class="details-actions">
          <button
            type="button"
            class="button"
            aria-haspopup="dialog"
            onClick={() => setEditing(true)}
          >
            {keyEdit.open}
          </button>
          <button type="button" class="button" onClick={props.actions.startRenaming}>
            {text.actions.rename}
          </button>
          <Show when={isLive()}>
            <button
              type="button"
              class="button"
              aria-disabled={props.actions.isPending()}
              onClick={toggle}
            >
              {props.apiKey.status === 'active' ? text.actions.disable : text.actions.enable}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={isDisabling()}>
        <Suspense>
          <DisableKeyDialog
            apiKey={props.apiKey}
            actions={props.actions}
            onClose={() => setDisabling(false)}
          />
        </Suspense>
      </Show>
      <Show when={isEditing()}>
        <Suspense>
          <EditKeyDialog apiKey={props.apiKey} onClose={() => setEditing(false)} />
        </Suspense>
      </Show>
    </section>
  );
}

function Fact(props: { name: string; isWide?: boolean; children: JSX.Element }) {
  return (
    <div classList={{ 'fact-wide': props.isWide }}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function ServiceAccountName(props: { id: string }) {
  const api = useApi();
  const accounts = useQuery(() => serviceAccountQueries.all(api));
  const name = () =>
    (accounts.isSuccess ? accounts.data : []).find(({ id }) => id === props.id)?.name ?? props.id;
  return <bdi>{settingsOf.serviceAccount(name())}</bdi>;
}
