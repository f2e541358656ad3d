import { For } from 'solid-js';
import { anthropicKey } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';

const text = anthropicKey.guidance;

/** When to replace the key, and how to keep it. */
export function Guidance() {
  return (
    <details class="card panel-plain advanced">
      <summary>
        <Icon name="chevron" /> {text.title}
      </summary>
      <div class="guidance-parts">
        <For each={text.parts}>
          {(part) => (
            <section>
              <h2>{part.title}</h2>
              <ul>
                <For each={part.points}>{(point) => <li>{point}</li>}</For>
              </ul>
            </section>
          )}
        </For>
      </div>
    </details>
  );
}
