import { Show } from 'solid-js';
import type { ApiKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import type { IconName } from '../ui/icon.tsx';
import { isUnused } from './key-age.ts';

const looks: Readonly<Record<ApiKey['status'], readonly [Tone, IconName]>> = {
  active: ['good', 'check'],
  disabled: ['warning', 'pause'],
  expired: ['calm', 'clock'],
  revoked: ['danger', 'close'],
};

/** A key's state, whether an old secret of it still works, and whether it is in use. */
export function KeyStatus(props: { apiKey: ApiKey }) {
  return (
    <span class="chips">
      <Chip
        tone={looks[props.apiKey.status][0]}
        icon={looks[props.apiKey.status][1]}
        label={text.status[props.apiKey.status]}
      />
      <Show when={props.apiKey.retiringUntil !== null && props.apiKey.status !== 'revoked'}>
        <Chip tone="calm" icon="rotate" label={text.retiring} />
      </Show>
      <Show when={props.apiKey.status === 'active' && isUnused(props.apiKey)}>
        <Chip tone="warning" icon="clock" label={text.unused} />
      </Show>
    </span>
  );
}
