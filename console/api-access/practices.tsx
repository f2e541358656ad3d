import { For } from 'solid-js';
import { practices } from '../messages/messages.ts';

/** The documentation's advice on keys. */
export function Practices() {
  return (
    <ul class="practices">
      <For each={practices}>
        {([title, hint]) => (
          <li>
            <strong>{title}</strong>
            <span class="muted">{hint}</span>
          </li>
        )}
      </For>
    </ul>
  );
}
