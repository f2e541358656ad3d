import { createSignal, createUniqueId, For, Match, Show, Switch } from 'solid-js';
import { createAction } from '../../api/action.ts';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries, refreshKeys, showKey } from '../../api/api-keys.ts';
import { problemOf } from '../../api/problem.ts';
import type { ApiKey, UnusedScopes } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { scopeUse as text } from '../../messages/messages.ts';
import { Icon } from '../../ui/icon.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useStatusLine } from '../../ui/status-line.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { scopeText } from '../scopes.ts';
import { type Narrowing, narrowedScopes } from './narrowed-scopes.ts';

/** Days: a key observed for less may not have made all its kinds of calls yet. */
const early = 7;

/** The least-privilege hint: the scopes that a key never used, and a button that removes them. */
export function ScopeUse(props: { apiKey: ApiKey }) {
  const api = useApi();
  const announce = useStatusLine();
  const id = createUniqueId();
  const use = useQuery(() => apiKeyQueries.unusedScopes(api, props.apiKey.id));
  const known = () => (use.isSuccess ? use.data : null);
  const narrowing = () => {
    const data = known();
    return data && narrowedScopes(props.apiKey.scopes, data);
  };
  const observed = () => known()?.observedDays ?? 0;
  // The key's former scopes, for as long as they can be restored here.
  const [before, setBefore] = createSignal<{ scopes: string[] | null } | null>(null);
  let undoButton: HTMLButtonElement | undefined;
  let section: HTMLElement | undefined;

  const setScopes = createAction(async (scopes: string[] | null) => {
    // A copy: the record changes in place.
    const old = props.apiKey.scopes && [...props.apiKey.scopes];
    const saved = await api.trpc.apiKeys.update.mutate({ id: props.apiKey.id, scopes });
    const isUndone = before() !== null;
    setBefore(isUndone ? null : { scopes: old });
    showKey(api, saved.id, () => saved);
    announce(isUndone ? text.undone(saved.label) : text.done(saved.label));
    void refreshKeys(api);
  });
  const change = async (scopes: readonly string[] | null) => {
    const isDone = await setScopes.start(scopes && [...scopes]);
    // The pressed button is gone: its successor takes the focus.
    if (isDone) (before() === null ? section : undoButton)?.focus();
  };

  return (
    <section class="details-part" aria-labelledby={id} ref={section} tabIndex={-1}>
      <h3 id={id}>{text.title}</h3>
      <Switch>
        <Match when={before()}>
          {(old) => (
            <div class="hint-box" data-tone="good">
              <p>
                <Icon name="check" /> {text.narrowed(scopeText(props.apiKey.scopes))}
              </p>
              <button
                ref={undoButton}
                type="button"
                class="button"
                aria-disabled={setScopes.isPending()}
                onClick={() => void change(old().scopes)}
              >
                {text.undo}
              </button>
            </div>
          )}
        </Match>
        <Match when={use.isPending}>
          <Skeleton rows={2} />
        </Match>
        <Match when={use.isError}>
          <ProblemNote problem={problemOf(use.error)} onRetry={() => void use.refetch()} />
        </Match>
        <Match when={known()?.used.length === 0}>
          <p class="muted">{text.nothing}</p>
        </Match>
        <Match when={narrowing()}>
          {(narrowing) => (
            <div class="hint-box">
              <Hint narrowing={narrowing()} observedDays={observed()} used={known()?.used ?? []} />
              <button
                type="button"
                class="button"
                aria-disabled={setScopes.isPending()}
                onClick={() => void change(narrowing().keeps)}
              >
                {setScopes.isPending() ? text.narrowing : text.narrow}
              </button>
            </div>
          )}
        </Match>
        <Match when={true}>
          <p class="muted">{text.allUsed(observed())}</p>
          <Uses used={known()?.used ?? []} />
        </Match>
      </Switch>
      <ProblemNote problem={setScopes.problem()} onRetry={() => void setScopes.retry()} />
    </section>
  );
}

function Hint(props: { narrowing: Narrowing; observedDays: number; used: UnusedScopes['used'] }) {
  return (
    <>
      <p>{text.never(props.observedDays)}</p>
      <ul class="scope-list">
        <For each={props.narrowing.loses}>
          {(scope) => (
            <li>
              <code>{scope}</code>
            </li>
          )}
        </For>
      </ul>
      <p>{text.keeps}</p>
      <Uses used={props.used.filter(({ scope }) => props.narrowing.keeps.includes(scope))} />
      <Show when={props.observedDays < early}>
        <p class="hint">{text.early}</p>
      </Show>
    </>
  );
}

function Uses(props: { used: UnusedScopes['used'] }) {
  return (
    <ul>
      <For each={props.used}>
        {({ scope, lastUsedAt }) => (
          <li class="scope-item">
            <Icon name="check" /> <code>{scope}</code>
            <span class="muted">
              {text.last} <TimeAgo at={lastUsedAt} />
            </span>
          </li>
        )}
      </For>
    </ul>
  );
}
