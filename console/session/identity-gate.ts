import { createResource, createSignal } from 'solid-js';
import type { Identity } from '../api/identity.ts';
import { type Persona, rememberedPersona, signInAs } from './demo-identity.ts';

/** The server's sign-in method, from `GET /console.json`. */
export type SignIn =
  | { readonly kind: 'demo' }
  | { readonly kind: 'clerk'; readonly publishableKey: string | null };

export type IdentityGate = ReturnType<typeof createIdentityGate>;

/** Holds the signed-in identity; null without one. */
export function createIdentityGate() {
  const [identity, setIdentity] = createSignal<Identity | null>(null);
  const [signIn] = createResource(async () => {
    const persona = rememberedPersona();
    // Asked for together: the rows of the first page wait for both.
    const asked = persona === null ? null : signInAs(persona);
    // Where there is no demo, its refusal means nothing.
    asked?.catch(() => {});
    const found = await loadSignIn();
    if (found.kind === 'demo' && asked !== null) setIdentity(await asked);
    return found;
  });

  return {
    identity,
    signIn,
    enter: setIdentity,
    enterAs: async (persona: Persona) => void setIdentity(await signInAs(persona)),
    async signOut() {
      await identity()?.signOut();
      setIdentity(null);
    },
  };
}

async function loadSignIn(): Promise<SignIn> {
  const response = await fetch('/console.json');
  if (!response.ok) throw new Error(`console.json answered ${response.status}`);
  const body: { sign_in: 'demo' | 'clerk'; publishable_key: string | null } = await response.json();
  return body.sign_in === 'demo'
    ? { kind: 'demo' }
    : { kind: 'clerk', publishableKey: body.publishable_key };
}
