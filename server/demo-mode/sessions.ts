import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { minute } from '../clock/durations.ts';

/** The personas of the demo. */
export const personas = [
  'parent-admin',
  'parent-member',
  'sub-org-admin',
  'tier-1-admin',
  'outsider',
] as const;

export type Persona = (typeof personas)[number];

/** The `iss` of the demo's tokens. */
export const demoIssuer = 'https://identity.demo.invalid';

/** Lifetime of a demo token: long enough to paste it into a few commands. */
const tokenLife = 10 * minute;

/** Signs in the demo's personas. */
export interface DemoIdentityProvider {
  /** The key that verifies its tokens, like Clerk's own. */
  readonly publicKeyPem: string;
  /** Signs a session token in Clerk's format, version 2. */
  issue(persona: Persona): { readonly token: string; readonly expiresAt: Date };
}

const organizations: Readonly<Record<Persona, { id: string; rol: string; slg: string }>> = {
  'parent-admin': { id: 'org_demo_acme', rol: 'admin', slg: 'acme' },
  'parent-member': { id: 'org_demo_acme', rol: 'member', slg: 'acme' },
  'sub-org-admin': { id: 'org_demo_acme_mobile', rol: 'admin', slg: 'acme-mobile' },
  'tier-1-admin': { id: 'org_demo_initech', rol: 'admin', slg: 'initech' },
  // An organization that exists at the identity provider only.
  outsider: { id: 'org_demo_outside', rol: 'admin', slg: 'outside' },
};

/** Makes a private key that signs the demo's sessions, PEM. */
export function generateDemoKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Options of the demo's identity provider. */
export interface DemoIdentityOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** PEM. A new one when absent: a token of an earlier start, or of another machine, is invalid. */
  readonly privateKey?: string | undefined;
}

/** An identity provider for trying RepoRisk without Clerk. */
export function createDemoIdentityProvider({
  now,
  privateKey = generateDemoKey(),
}: DemoIdentityOptions): DemoIdentityProvider {
  const publicKey = createPublicKey(privateKey);
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    issue(persona) {
      const issuedAt = Math.floor(now() / 1000);
      const exp = issuedAt + tokenLife / 1000;
      const header = { alg: 'RS256', typ: 'JWT', kid: 'demo' };
      const claims = {
        v: 2,
        iss: demoIssuer,
        sub: `user_demo_${persona.replaceAll('-', '_')}`,
        sid: `sess_demo_${randomUUID().replaceAll('-', '')}`,
        sts: 'active',
        o: organizations[persona],
        iat: issuedAt,
        nbf: issuedAt - 10,
        exp,
      };
      const content = `${encode(header)}.${encode(claims)}`;
      const signature = sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url');
      return { token: `${content}.${signature}`, expiresAt: new Date(exp * 1000) };
    },
  };
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
