import { For, Match, Show, Switch } from 'solid-js';
import { anthropicKeyQueries } from '../api/anthropic-key.ts';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { anthropicKey as text } from '../messages/messages.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import './anthropic-key.css';
import { Guidance } from './guidance.tsx';
import { KeyForm } from './key-form.tsx';
import { RetryScans } from './retry-scans.tsx';
import { StoredKey } from './stored-key.tsx';
import { TokenUse } from './token-use.tsx';

/** Settings → Anthropic API key. */
export function AnthropicKeyPage() {
  const api = useApi();
  const key = useQuery(() => anthropicKeyQueries.one(api));
  const configured = () => (key.isSuccess && key.data.configured ? key.data : null);
  return (
    <Page title={text.title} lead={text.lead}>
      <Switch>
        <Match when={key.isPending}>
          <Skeleton rows={5} />
        </Match>
        <Match when={key.isError}>
          <ProblemNote problem={problemOf(key.error)} onRetry={() => void key.refetch()} />
        </Match>
        <Match when={true}>
          <Show when={configured()} fallback={<NoKey />}>
            {(known) => <StoredKey record={known()} />}
          </Show>
          <Show when={configured()?.lastCheck?.ok}>
            <RetryScans />
          </Show>
          <TokenUse />
          <Guidance />
        </Match>
      </Switch>
    </Page>
  );
}

function NoKey() {
  return (
    <section class="card" aria-label={text.none.title}>
      <EmptyState icon="spark" title={text.none.title} hint={text.none.why}>
        <ol class="steps">
          <For each={text.none.steps}>{(step) => <li>{step}</li>}</For>
        </ol>
        <KeyForm label={text.field} save={text.save} />
      </EmptyState>
    </section>
  );
}
