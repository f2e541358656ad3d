import { Show } from 'solid-js';
import { holdsPreview } from '../api/raw-secrets.ts';
import type { ListedKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import type { OpenDialog } from './key-dialogs.tsx';

/** The remedies of a leak, when the search holds a secret's preview and finds its one key. */
export function FoundSecret(props: {
  search: string;
  keys: readonly ListedKey[];
  onOpen: (dialog: OpenDialog) => void;
}) {
  const found = () => {
    const [key, other] = holdsPreview(props.search) ? props.keys : [];
    return other === undefined && key?.status !== 'revoked' ? key : undefined;
  };
  return (
    <Show when={found()}>
      {(key) => (
        <div class="found" role="status" data-focus-home>
          <p>
            <Icon name="key" /> {text.found.says(key().label)}
          </p>
          <Show when={key().status !== 'expired'}>
            <button
              type="button"
              class="button"
              aria-haspopup="dialog"
              onClick={() => props.onOpen({ kind: 'rotate', key: key() })}
            >
              {text.found.rotate}
            </button>
          </Show>
          <button
            type="button"
            class="button"
            aria-haspopup="dialog"
            onClick={() => props.onOpen({ kind: 'revoke', key: key() })}
          >
            {text.found.revoke}
          </button>
          <button
            type="button"
            class="button button-danger"
            aria-haspopup="dialog"
            onClick={() => props.onOpen({ kind: 'revoke', key: key(), reason: text.found.leaked })}
          >
            {text.found.report}
          </button>
        </div>
      )}
    </Show>
  );
}
