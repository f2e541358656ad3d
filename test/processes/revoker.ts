/**
 * A process that issues and revokes keys by the product's own operations, as the server does.
 *
 * @module
 */
import { pino } from 'pino';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { presentMembership } from '../../server/clerk/membership.ts';
import { createKeyring } from '../../server/crypto/keyring.ts';
import { seedDemo } from '../../server/demo-mode/organizations.ts';
import { createApiKey } from '../../server/operations/api-keys/create.ts';
import { revokeApiKey } from '../../server/operations/api-keys/revoke.ts';
import { execute } from '../../server/operations/execute.ts';
import { createServices } from '../../server/services.ts';
import type { Session } from '../../server/sessions/session.ts';
import { coherentVerifier } from '../../server/store.ts';
import { answering, instant } from './answering.ts';
import type { NodeSettings } from './verifying-node.ts';

/** A key that was issued. */
export interface Issued {
  readonly id: string;
  readonly key: string;
}

/** When a revocation was asked for, and when it was answered. */
export interface Revoked {
  readonly began: number;
  readonly answered: number;
  /** The part of it that was the wait for propagation, in nanoseconds. */
  readonly waited: number;
}

const settings: NodeSettings = JSON.parse(process.argv[2] ?? '');
const keyring = createKeyring(Buffer.from(settings.serverSecret, 'hex'), null);
const database = await openAuditedDatabase(settings.databaseUrl, {
  keyring,
});
await database.migrate();
await seedDemo(database, Date.now());
const verifier = await coherentVerifier(database, { ...settings, keyring });
let waited = 0;
const services = createServices({
  anthropic: { baseUrl: 'http://127.0.0.1:1', model: 'none' },
  database,
  keyring,
  logger: pino({ level: 'silent' }),
  uploads: '',
  isRestored: () => verifier.coherence.isRestored(),
  async propagated() {
    const began = instant();
    await verifier.coherence.propagated();
    waited = instant() - began;
  },
});
const session: Session = {
  userId: 'user_admin',
  sessionId: 'sess_1',
  organizationId: 'org_demo_acme',
  role: 'admin',
  impersonatedBy: null,
  issuedAt: new Date(),
  expiresAt: new Date(Date.now() + 3_600_000),
};
const membership = await presentMembership(database, session, Date.now);
const asked = {
  caller: { kind: 'session', session, membership },
  origin: { requestId: null, ipAddress: null },
} as const;

const commands = {
  /** Issues `count` keys. */
  async issue(count: number): Promise<Issued[]> {
    const issued: Issued[] = [];
    for (let n = 0; n < count; n++) {
      const made = await execute(createApiKey, services, asked, () => ({ label: `Key ${n}` }));
      issued.push({ id: made.key.id, key: made.rawKey });
    }
    return issued;
  },

  /** Revokes a key by its id. */
  async revoke(id: string): Promise<Revoked> {
    const began = instant();
    await execute(revokeApiKey, services, asked, () => ({ id }));
    return { began, answered: instant(), waited };
  },
};

/** The commands of a revoker. */
export type RevokerCommands = typeof commands;

answering(commands);
