import { createSignal, For, type JSX } from 'solid-js';
import { reveal as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';
import { type Outcome, OutcomeLine } from './outcome-line.tsx';

/** Examples to copy, behind a disclosure. They read secrets from the environment. */
export function Snippets(props: {
  title: string;
  hint: string;
  /** Above the examples: a choice between them, for example. */
  before?: JSX.Element;
  examples: readonly (readonly [name: string, code: string])[];
}) {
  const [outcome, setOutcome] = createSignal<Outcome | null>(null);
  const copy = async (code: string) => {
    try {
      await navigator.clipboard.writeText(code);
      setOutcome({ text: text.snippetCopied });
    } catch {
      setOutcome({ text: text.copyRefused, isFailure: true });
    }
  };
  return (
    <details class="snippets">
      <summary>
        <Icon name="chevron" /> {props.title}
      </summary>
      <p class="hint">{props.hint}</p>
      {props.before}
      <For each={props.examples}>
        {([name, code]) => (
          <figure class="snippet">
            <figcaption>
              {name}
              <button
                type="button"
                class="button-icon"
                aria-label={text.copySnippet(name)}
                onClick={() => void copy(code)}
              >
                <Icon name="copy" />
              </button>
            </figcaption>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
            <pre tabIndex={0}>
              <code>{code}</code>
            </pre>
          </figure>
        )}
      </For>
      <OutcomeLine class="secret-line" outcome={outcome()} />
    </details>
  );
}
