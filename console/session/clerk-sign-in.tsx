import { createResource, For, Match, Switch } from 'solid-js';
import type { Identity } from '../api/identity.ts';
import { session } from '../messages/messages.ts';
import { readAddress } from '../ui/location.tsx';
import { clerkIdentity, loadClerk } from './clerk-identity.ts';
import type { Clerk } from './clerk-script.ts';

const text = session.clerk;

/** Signs in on Clerk's own page: this page's policy needs no exception for Clerk's styles. */
export function ClerkSignIn(props: {
  publishableKey: string | null;
  onEnter: (identity: Identity) => void;
}) {
  const enter = (clerk: Clerk) => props.onEnter(clerkIdentity(clerk));
  const [clerk] = createResource(
    () => props.publishableKey,
    async (key) => {
      const loaded = await loadClerk(key);
      if (loaded.session && loaded.organization) enter(loaded);
      return loaded;
    },
  );
  const choose = async (loaded: Clerk, organization: string) => {
    await loaded.setActive({ organization });
    enter(loaded);
  };
  return (
    <Switch fallback={<p class="muted">{text.loading}</p>}>
      <Match when={props.publishableKey === null}>
        <h1>{session.failedTitle}</h1>
        <p role="alert">{text.noKey}</p>
      </Match>
      <Match when={clerk.error}>
        <h1>{session.failedTitle}</h1>
        <p role="alert">{text.failed}</p>
      </Match>
      <Match when={clerk()?.session === null && clerk()}>
        {(loaded) => (
          <>
            <h1>{text.title}</h1>
            <p class="muted">{text.lead}</p>
            <button
              type="button"
              class="button button-primary"
              onClick={() => void loaded().redirectToSignIn({ redirectUrl: readAddress().href })}
            >
              {text.action}
            </button>
          </>
        )}
      </Match>
      <Match when={clerk()?.organization === null && clerk()}>
        {(loaded) => (
          <>
            <h1>{text.chooseOrganization}</h1>
            <ul class="personas">
              <For
                each={loaded().user?.organizationMemberships ?? []}
                fallback={<li>{text.noOrganization}</li>}
              >
                {({ organization }) => (
                  <li>
                    <button
                      type="button"
                      class="persona"
                      onClick={() => void choose(loaded(), organization.id)}
                    >
                      <span class="persona-name">{organization.name}</span>
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Match>
    </Switch>
  );
}
