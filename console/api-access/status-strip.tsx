import { For, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import type { Attention } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { attentions } from './key-list-query.ts';
import type { KeyListState } from './key-list-state.ts';

const icons: Readonly<Record<Attention, IconName>> = {
  blocked: 'lock',
  expiring: 'clock',
  old_secret: 'key',
  unused: 'pause',
  rotating: 'rotate',
  refused_lately: 'warning',
};

const fields = {
  blocked: 'blocked',
  expiring: 'expiring',
  old_secret: 'oldSecret',
  unused: 'unused',
  rotating: 'rotating',
  refused_lately: 'refusedLately',
} as const;

/** How many keys need attention, by its kind; each is a filter of the list. */
export function StatusStrip(props: { state: KeyListState }) {
  const api = useApi();
  const counts = useQuery(() => apiKeyQueries.attention(api));
  const countOf = (kind: Attention) => (counts.isSuccess ? counts.data[fields[kind]] : 0);
  const isChosen = (kind: Attention) => props.state.attention() === kind;
  return (
    <fieldset class="strip">
      <legend class="visually-hidden">{text.attention.title}</legend>
      <For each={attentions}>
        {(kind) => (
          <button
            type="button"
            class="strip-part"
            data-kind={kind}
            data-none={countOf(kind) === 0 ? '' : undefined}
            aria-pressed={isChosen(kind)}
            title={text.attention.hints[kind]}
            onClick={() => props.state.setAttention(isChosen(kind) ? null : kind)}
          >
            <Icon name={isChosen(kind) ? 'close' : icons[kind]} />
            <span>{text.attention.kinds[kind]}</span>
            <Show when={countOf(kind) > 0}>
              <strong>{text.count(countOf(kind))}</strong>
            </Show>
          </button>
        )}
      </For>
    </fieldset>
  );
}
