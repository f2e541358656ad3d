import { createPublicKey, sign } from 'node:crypto';
import {
  createDemoIdentityProvider,
  type DemoIdentityProvider,
  generateDemoKey,
} from '../../server/demo-mode/sessions.ts';
import { createClerkSessions } from '../../server/sessions/clerk.ts';
import type { SessionVerifier } from '../../server/sessions/session.ts';

/** A session that a test makes up. */
export interface SessionOf {
  readonly user: string;
  /** A Clerk organization id; absent when none is selected. */
  readonly organization?: string;
  /** `member` when absent. */
  readonly role?: 'admin' | 'member';
  /** Claims that differ, for example `exp` or `sts`. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

// A key pair costs a tenth of a second, so each test file makes one for the demo and one for itself.
let instant = 0;
let demoProvider: DemoIdentityProvider | undefined;
let keyPair: { jwtKey: string; sign(content: string): string } | undefined;

/** Private keys in PEM, of the demo and of the tests. */
export interface IdentityKeys {
  readonly demo: string;
  readonly own: string;
}

let keys: IdentityKeys | undefined;

/** The private keys of this file's identities, for a server in another process. */
export function identityKeys(): IdentityKeys {
  keys ??= { demo: generateDemoKey(), own: generateDemoKey() };
  return keys;
}

/** Takes over the private keys of another process. */
export function useIdentityKeys(given: IdentityKeys): void {
  keys = given;
}

function demoKeys(): DemoIdentityProvider {
  const { demo: privateKey } = identityKeys();
  demoProvider ??= createDemoIdentityProvider({ now: () => instant, privateKey });
  return demoProvider;
}

function ownKeys() {
  const { own } = identityKeys();
  keyPair ??= {
    jwtKey: createPublicKey(own).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign('RSA-SHA256', Buffer.from(text), own).toString('base64url'),
  };
  return keyPair;
}

/** The demo's personas, and anyone else that a test makes up, verified like Clerk's sessions. */
export function identities(now: () => number) {
  const shared = demoKeys();
  const own = ownKeys();
  const demo: DemoIdentityProvider = {
    publicKeyPem: shared.publicKeyPem,
    issue(persona) {
      instant = now();
      return shared.issue(persona);
    },
  };
  const ofDemo = createClerkSessions({ jwtKey: demo.publicKeyPem, now });
  const ofTest = createClerkSessions({ jwtKey: own.jwtKey, now });
  const sessions: SessionVerifier = {
    verify: async (token, attempts) =>
      (await ofDemo.verify(token)) ?? ofTest.verify(token, attempts),
  };
  return {
    demo,
    sessions,
    sign({ user, organization, role = 'member', claims = {} }: SessionOf): string {
      const iat = Math.floor(now() / 1000);
      const o = organization === undefined ? {} : { o: { id: organization, rol: role } };
      const times = { iat, nbf: iat - 10, exp: iat + 600 };
      const content = [
        { alg: 'RS256', typ: 'JWT', kid: 'test' },
        { v: 2, sub: user, sid: `sess_${user}`, sts: 'active', ...o, ...times, ...claims },
      ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
      return `${content.join('.')}.${own.sign(content.join('.'))}`;
    },
  };
}
