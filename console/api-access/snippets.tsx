import { createSignal, For } from 'solid-js';
import { reveal as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';

/** Examples that read the secret from the environment: they can be pasted anywhere. */
function examples(origin: string): readonly (readonly [name: string, code: string])[] {
  return [
    [text.curl, `curl -H "Authorization: Bearer $REPORISK_API_KEY" \\\n  ${origin}/api/v1/repos`],
    [
      text.python,
      `import os
import requests

headers = {"Authorization": f"Bearer {os.environ['REPORISK_API_KEY']}"}
resp = requests.get("${origin}/api/v1/repos", headers=headers)
resp.raise_for_status()`,
    ],
  ];
}

/** How to call the API with the new secret. */
export function Snippets() {
  const [copied, setCopied] = createSignal('');
  const copy = async (code: string) => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied(text.snippetCopied);
    } catch {
      setCopied('');
    }
  };
  return (
    <details class="snippets">
      <summary>
        <Icon name="chevron" /> {text.use}
      </summary>
      <p class="hint">{text.useHint}</p>
      <For each={examples(location.origin)}>
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
      <p class="visually-hidden" role="status">
        {copied()}
      </p>
    </details>
  );
}
