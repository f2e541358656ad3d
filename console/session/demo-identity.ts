import type { Identity } from '../api/identity.ts';
import { SignInNeeded } from '../api/problem.ts';
import { session as text } from '../messages/messages.ts';
import { readStored, store } from '../ui/browser-storage.ts';

export const personas = [
  'parent-admin',
  'parent-member',
  'sub-org-admin',
  'tier-1-admin',
  'outsider',
] as const;

export type Persona = (typeof personas)[number];

/**
 * The chosen persona's name outlives a reload; its token does not. Each tab has its own, and a new tab
 * begins with the last chosen: its cookie also lets the server's answer name the sign-in of a page, which
 * is under way before any script runs (`server/rest/console.ts`).
 */
const storageKey = 'reporisk.persona';

/** The time before its expiry at which a token is renewed, in milliseconds. */
const margin = 30_000;

export function rememberedPersona(): Persona | null {
  const name = readStored('sessionStorage', storageKey);
  return (
    personas.find((persona) => persona === name) ??
    personas.find((persona) => document.cookie.split('; ').includes(`${storageKey}=${persona}`)) ??
    null
  );
}

function remember(persona: Persona): void {
  store('sessionStorage', storageKey, persona);
  // biome-ignore lint/suspicious/noDocumentCookie: Firefox and older Safaris have no Cookie Store
  document.cookie = `${storageKey}=${persona}; path=/; samesite=strict`;
}

function forget(): void {
  store('sessionStorage', storageKey, null);
  // biome-ignore lint/suspicious/noDocumentCookie: as above
  document.cookie = `${storageKey}=; path=/; samesite=strict; max-age=0`;
}

/** Signs a persona in at the demo's identity provider. */
export async function signInAs(persona: Persona): Promise<Identity> {
  let session = await issue(persona);
  remember(persona);
  const renew = async () => {
    session = await issue(persona);
  };
  return {
    name: text.personas[persona].name,
    renew,
    async token() {
      if (session.expiresAt - Date.now() < margin) await renew();
      return session.token;
    },
    async signOut() {
      forget();
    },
  };
}

/** The address that the page's `Link` header names, so that the answer is under way already. */
const signInAddress = (persona: Persona) => `/demo/session?persona=${persona}`;

async function issue(persona: Persona): Promise<{ token: string; expiresAt: number }> {
  const response = await fetch(signInAddress(persona));
  if (!response.ok) throw new SignInNeeded();
  const body: { token: string; expires_at: string } = await response.json();
  return { token: body.token, expiresAt: Date.parse(body.expires_at) };
}
