import { QueryClientProvider } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { ApiContext, createApi } from './api/api-context.tsx';
import { createIdentityGate } from './session/identity-gate.ts';
import { MemberGate } from './session/member-gate.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { askAhead } from './settings/first-queries.ts';
import { SettingsLayout } from './settings/settings-layout.tsx';
import { SettingsPage } from './settings/settings-page.tsx';
import { LocationProvider, readAddress } from './ui/location.tsx';
import { StatusLineProvider } from './ui/status-line.tsx';

/** The whole console: sign-in, then Settings. Each sign-in starts with empty caches. */
export function App() {
  const gate = createIdentityGate();
  return (
    <StatusLineProvider>
      <Show when={gate.identity()} fallback={<SignInPage gate={gate} />} keyed>
        {(identity) => {
          const api = createApi(identity);
          askAhead(api, readAddress());
          return (
            <ApiContext.Provider value={api}>
              <QueryClientProvider client={api.queries}>
                <MemberGate onSignOut={gate.signOut}>
                  <LocationProvider>
                    <SettingsLayout>
                      <SettingsPage />
                    </SettingsLayout>
                  </LocationProvider>
                </MemberGate>
              </QueryClientProvider>
            </ApiContext.Provider>
          );
        }}
      </Show>
    </StatusLineProvider>
  );
}
