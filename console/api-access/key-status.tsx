import { Show } from 'solid-js';
import type { ApiKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { looks, stateOf } from './key-state.ts';

/**
 * A key's effective state.
 *
 * @param props.onTakeOver - offers the remedy where a new owner is one; absent where it stands nearby.
 */
export function KeyStatus(props: { apiKey: ApiKey; onTakeOver?: () => void }) {
  const state = () => stateOf(props.apiKey);
  return (
    <span class="key-status" title={text.stateHints[state()]}>
      <Chip tone={looks[state()][0]} icon={looks[state()][1]} label={text.states[state()]} />
      <Show when={props.apiKey.blockedReason !== null && props.onTakeOver}>
        {(takeOver) => (
          <button
            type="button"
            class="link"
            aria-haspopup="dialog"
            aria-label={text.actions.of(text.actions.takeOver, props.apiKey.label)}
            onClick={() => takeOver()()}
          >
            {text.actions.takeOver}
          </button>
        )}
      </Show>
    </span>
  );
}
