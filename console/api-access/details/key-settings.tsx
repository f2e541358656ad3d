import { createSignal, createUniqueId, type JSX, Show, Suspense } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import type { ApiKey } from '../../api/records.ts';
import { serviceAccountQueries } from '../../api/service-accounts.ts';
import { useQuery } from '../../api/use-query.ts';
import { keyEdit, keyForm, settingsOf } from '../../messages/messages.ts';
import { lazyDialog } from '../../ui/lazy-named.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { scopeText } from '../scopes.ts';

const EditKeyDialog = lazyDialog(() => import('./edit-key-dialog.tsx'), 'EditKeyDialog');

/** A key's settings, and their edit. */
export function KeySettings(props: { apiKey: ApiKey }) {
  const id = createUniqueId();
  const [isEditing, setEditing] = createSignal(false);
  const isRevoked = () => props.apiKey.status === 'revoked';
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
        </div>
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
