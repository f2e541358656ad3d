import { For, Show } from 'solid-js';
import { jobs as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';

/** A result as facts, and whole as JSON for all data that a fact has no room for. */
export function JobResult(props: { result: Readonly<Record<string, unknown>> }) {
  const facts = () => Object.entries(props.result).filter(([, value]) => isPlain(value));
  return (
    <>
      <Show when={facts().length > 0}>
        <dl class="facts">
          <For each={facts()}>
            {([name, value]) => (
              <div>
                <dt>{inWords(name)}</dt>
                <dd>
                  <bdi>{String(value)}</bdi>
                </dd>
              </div>
            )}
          </For>
        </dl>
      </Show>
      <details class="snippets">
        <summary>
          <Icon name="chevron" /> {text.details.raw}
        </summary>
        <div class="snippet">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
          <pre tabIndex={0}>
            <code>{JSON.stringify(props.result, null, 2)}</code>
          </pre>
        </div>
      </details>
    </>
  );
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** `risk_level` and `riskLevel` as `Risk level`. */
function inWords(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
