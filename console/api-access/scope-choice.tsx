import { createUniqueId, For, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { useQuery } from '../api/use-query.ts';
import { keyForm as text } from '../messages/messages.ts';
import { type Dialect, scopeNames, scopesOf } from './scopes.ts';

/** Every scope, or chosen scopes only: a key of `platform` names them always. */
export function ScopeChoice(props: {
  dialect: Dialect;
  value: readonly string[] | null;
  error: string | undefined;
  onChange: (value: readonly string[] | null) => void;
}) {
  const name = createUniqueId();
  const api = useApi();
  const offered = useQuery(() => apiKeyQueries.offered(api));
  const extraScopes = () => (offered.isSuccess ? offered.data.extraScopes : []);
  const scopes = () => [
    ...scopesOf[props.dialect],
    ...(props.dialect === 'reporisk' ? extraScopes() : []),
  ];
  const toggle = (scope: string, isChosen: boolean) => {
    const chosen = new Set(props.value);
    if (isChosen) chosen.add(scope);
    else chosen.delete(scope);
    props.onChange(scopes().filter((each) => chosen.has(each)));
  };
  return (
    <fieldset class="field" aria-describedby={props.error ? `${name}-error` : undefined}>
      <legend>{text.scopes}</legend>
      <Show when={props.dialect !== 'platform'}>
        <label class="check">
          <input
            type="radio"
            name={name}
            checked={props.value === null}
            onChange={() => props.onChange(null)}
          />
          {text.allScopes}
        </label>
        <label class="check">
          <input
            type="radio"
            name={name}
            checked={props.value !== null}
            onChange={() => props.onChange([])}
          />
          {text.someScopes}
        </label>
      </Show>
      <Show when={props.value}>
        {(value) => (
          <div class="scopes">
            <For each={scopes()}>
              {(scope) => (
                <label class="check">
                  <input
                    type="checkbox"
                    aria-invalid={props.error ? 'true' : undefined}
                    checked={value().includes(scope)}
                    onChange={(event) => toggle(scope, event.currentTarget.checked)}
                  />
                  <span>
                    {scopeNames[scope]} <code>{scope}</code>
                  </span>
                </label>
              )}
            </For>
          </div>
        )}
      </Show>
      <Show when={props.error}>
        <p class="field-error" id={`${name}-error`}>
          {props.error}
        </p>
      </Show>
    </fieldset>
  );
}
