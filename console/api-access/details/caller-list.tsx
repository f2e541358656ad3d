import { For } from 'solid-js';
import type { RetiringUse } from '../../api/records.ts';
import { rotationPanel as text } from '../../messages/messages.ts';
import { TimeAgo } from '../../ui/time-ago.tsx';

/** Callers of a key or of its retiring secret, the latest first. */
export function CallerList(props: { label: string; callers: RetiringUse['items'] }) {
  return (
    <ul class="callers" aria-label={props.label}>
      <For each={props.callers}>
        {(caller) => (
          <li class="caller">
            <strong>
              <bdi>{caller.userAgent ?? text.noAgent}</bdi>
            </strong>
            <span class="caller-fact">{caller.ipAddress ?? text.noAddress}</span>
            <span class="caller-fact">
              {text.calls(caller.calls)}, {text.last} <TimeAgo at={caller.lastUsedAt} />
            </span>
          </li>
        )}
      </For>
    </ul>
  );
}
