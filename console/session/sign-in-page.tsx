import { Match, Suspense, Switch } from 'solid-js';
import { session as text } from '../messages/messages.ts';
import { lazyNamed } from '../ui/lazy-named.tsx';
import type { IdentityGate } from './identity-gate.ts';
import { PersonaPicker } from './persona-picker.tsx';

const ClerkSignIn = lazyNamed(() => import('./clerk-sign-in.tsx'), 'ClerkSignIn');

/** The page without a signed-in user: Clerk's sign-in, or the demo's personas. */
export function SignInPage(props: { gate: IdentityGate }) {
  const clerk = () => {
    const signIn = props.gate.signIn.error === undefined && props.gate.signIn();
    return signIn && signIn.kind === 'clerk' ? signIn : null;
  };
  return (
    <main class="sign-in">
      <p class="brand">
        <img class="mark" src="/icon.svg" alt="" /> {text.product}
      </p>
      <Suspense fallback={<p class="muted">{text.signingIn}</p>}>
        <Switch>
          <Match when={props.gate.signIn.error}>
            <h1>{text.failedTitle}</h1>
            <p role="alert">{text.serverAway}</p>
          </Match>
          <Match when={clerk()}>
            {(signIn) => (
              <ClerkSignIn publishableKey={signIn().publishableKey} onEnter={props.gate.enter} />
            )}
          </Match>
          <Match when={props.gate.signIn()}>
            <PersonaPicker onChoose={props.gate.enterAs} />
          </Match>
        </Switch>
      </Suspense>
    </main>
  );
}
