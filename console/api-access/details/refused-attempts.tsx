import { createUniqueId, For, Show } from 'solid-js';
import type { ApiKeyUsage } from '../../api/records.ts';
import { rotationPanel, refusedAttempts as text } from '../../messages/messages.ts';
import { TimeAgo } from '../../ui/time-ago.tsx';

/** The refused attempts with a key, by reason and address, the latest first. */
export function RefusedAttempts(props: { refused: ApiKeyUsage['refused'] }) {
  const id = createUniqueId();
  return (
    <section class="details-part" aria-labelledby={id}>
      <h3 id={id}>{text.title}</h3>
      <Show when={props.refused.length > 0} fallback={<p class="muted">{text.none}</p>}>
        <ul class="callers" aria-labelledby={id}>
          <For each={props.refused}>
            {(attempt) => (
              <li class="caller">
                <strong>{text.reasons[attempt.reason] ?? attempt.reason}</strong>
                <span class="caller-fact">{attempt.ipAddress ?? rotationPanel.noAddress}</span>
                <bdi class="caller-fact">{attempt.userAgent ?? rotationPanel.noAgent}</bdi>
                <span class="caller-fact">
                  {text.attempts(attempt.count)},{' '}
                  <Show when={attempt.count > 1}>
                    {text.first} <TimeAgo at={attempt.firstAt} />,{' '}
                  </Show>
                  {rotationPanel.last} <TimeAgo at={attempt.lastAt} />
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
