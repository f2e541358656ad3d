import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  Match,
  Show,
  Suspense,
  Switch,
} from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries, refreshKeys } from '../../api/api-keys.ts';
import { problemOf } from '../../api/problem.ts';
import type { ApiKey } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { rotationPanel as text } from '../../messages/messages.ts';
import { Icon } from '../../ui/icon.tsx';
import { lazyDialog } from '../../ui/lazy-named.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { CallerList } from './caller-list.tsx';

const EndGraceDialog = lazyDialog(() => import('./end-grace-dialog.tsx'), 'EndGraceDialog');

/** A rotation's grace: how long it lasts, who still uses the old secret, and how to end it. */
export function RotationPanel(props: { apiKey: ApiKey; until: string }) {
  const api = useApi();
  const id = createUniqueId();
  const use = useQuery(() => apiKeyQueries.retiringUse(api, props.apiKey.id));
  const callers = () => (use.isSuccess ? use.data.items : []);
  // The server decides when the grace has ended: the record shown until then is stale.
  const isOver = createMemo(() => use.isSuccess && use.data.retiringUntil === null);
  createEffect(() => isOver() && void refreshKeys(api));
  const isSafe = () => use.isSuccess && callers().length === 0;
  const [isAsking, setAsking] = createSignal(false);
  return (
    <section class="rotation-panel" data-safe={isSafe()} aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <Icon name="rotate" /> {text.title}
        </h3>
        <p>
          {text.works(props.apiKey.retiringPreview ?? '')} <TimeAgo at={props.until} />.
        </p>
      </header>
      <div aria-live="polite">
        <Switch>
          <Match when={use.isPending}>
            <Skeleton rows={1} />
          </Match>
          <Match when={use.isError}>
            <ProblemNote problem={problemOf(use.error)} onRetry={() => void use.refetch()} />
          </Match>
          <Match when={isOver()}>
            <p class="rotation-panel-verdict">
              <Icon name="check" /> {text.over}
            </p>
          </Match>
          <Match when={isSafe()}>
            <p class="rotation-panel-verdict">
              <Icon name="check" /> {text.unused}
            </p>
            <p class="hint">{text.unusedHint}</p>
          </Match>
          <Match when={true}>
            <p class="rotation-panel-verdict">
              <Icon name="warning" /> {text.used(callers().length)}
            </p>
          </Match>
        </Switch>
      </div>
      <Show when={callers().length > 0}>
        <CallerList label={text.callers} callers={callers()} />
      </Show>
      <button
        type="button"
        class="button"
        classList={{ 'button-primary': isSafe() }}
        aria-haspopup="dialog"
        onClick={() => setAsking(true)}
      >
        {text.endGrace}
      </button>
      <Show when={isAsking()}>
        <Suspense>
          <EndGraceDialog
            apiKey={props.apiKey}
            callers={use.isSuccess ? callers() : null}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      </Show>
    </section>
  );
}
