import { Match, type ParentProps, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import { sessionQueries } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { session as text } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { MemberContext } from './member-context.ts';

/** Shows its children once the server has identified the signed-in user. */
export function MemberGate(props: ParentProps<{ onSignOut: () => Promise<void> }>) {
  const api = useApi();
  const viewerStatus = useQuery(() => sessionQueries.viewerStatus(api));
  return (
    <Switch>
      <Match when={viewerStatus.isSuccess && viewerStatus.data}>
        {(data) => (
          <MemberContext.Provider
            value={{ viewerStatus: data, signOut: () => void props.onSignOut() }}
          >
            {props.children}
          </MemberContext.Provider>
        )}
      </Match>
      <Match when={viewerStatus.isError}>
        <main class="sign-in">
          <h1>{text.failedTitle}</h1>
          <ProblemNote
            problem={problemOf(viewerStatus.error)}
            onRetry={() => void viewerStatus.refetch()}
          />
        </main>
      </Match>
      <Match when={viewerStatus.isPending}>
        <main class="sign-in" aria-busy="true">
          <p class="muted">{text.signingIn}</p>
        </main>
      </Match>
    </Switch>
  );
}
