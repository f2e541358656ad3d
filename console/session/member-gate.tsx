import { Match, type ParentProps, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import { sessionQueries } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { session as text } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { MemberContext } from './member-context.ts';

/** Shows what is inside once the server has said who is signed in. */
export function MemberGate(props: ParentProps<{ onSignOut: () => Promise<void> }>) {
  const api = useApi();
  const standing = useQuery(() => sessionQueries.standing(api));
  return (
    <Switch>
      <Match when={standing.isSuccess && standing.data}>
        {(data) => (
          <MemberContext.Provider value={{ standing: data, signOut: () => void props.onSignOut() }}>
            {props.children}
          </MemberContext.Provider>
        )}
      </Match>
      <Match when={standing.isError}>
        <main class="sign-in">
          <h1>{text.failedTitle}</h1>
          <ProblemNote
            problem={problemOf(standing.error)}
            onRetry={() => void standing.refetch()}
          />
        </main>
      </Match>
      <Match when={standing.isPending}>
        <main class="sign-in" aria-busy="true">
          <p class="muted">{text.signingIn}</p>
        </main>
      </Match>
    </Switch>
  );
}
