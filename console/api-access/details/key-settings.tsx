import { createSignal, Show, Suspense } from 'solid-js';
import type { ApiKey } from '../../api/records.ts';
import { keyEdit, keyForm, keyPage, settingsOf } from '../../messages/messages.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { lazyDialog } from '../../ui/lazy-named.tsx';
import { scopeText } from '../scopes.ts';
import { Fact } from './fact.tsx';

const EditKeyDialog = lazyDialog(() => import('./edit-key-dialog.tsx'), 'EditKeyDialog');

/** A key's settings, and their edit. */
export function KeySettings(props: { apiKey: ApiKey }) {
  const [isEditing, setEditing] = createSignal(false);
  return (
    <div class="card panel-plain">
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
        <Fact name={settingsOf.id} isWide>
          <code class="whole">{props.apiKey.id}</code>{' '}
          <CopyButton value={props.apiKey.id} label={keyPage.copyId} />
        </Fact>
      </dl>
      <Show when={props.apiKey.status !== 'revoked'}>
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
    </div>
  );
}
