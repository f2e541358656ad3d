import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/start.ts';
import { noAnthropic } from '../support/anthropic-server.ts';

/** The secret of every deployment here: 32 bytes. */
export const serverSecret: Uint8Array = new Uint8Array(32).fill(5);

/** A key as its creation answers. */
export interface DeployedKey {
  readonly id: string;
  readonly raw: string;
}

export type Deployment = Awaited<ReturnType<typeof deploy>>;

/**
 * The product as it runs, in demo mode, on a database of the test's.
 *
 * @param env - further settings.
 */
export async function deploy(databaseUrl: string, env: Readonly<Record<string, string>> = {}) {
  const config = loadConfig({
    PORT: '0',
    ANTHROPIC_BASE_URL: noAnthropic,
    DATABASE_URL: databaseUrl,
    SERVER_SECRET: Buffer.from(serverSecret).toString('base64'),
    ...env,
  });
  const server = await startServer({
    config,
    dataFolder: '.data',
    consoleFolder: join(import.meta.dirname, 'no-console'),
    logger: pino({ level: 'silent' }),
  });

  function call(path: string, credential: string, json?: unknown, method = 'POST') {
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
    return fetch(server.url + path, {
      headers,
      ...(json === undefined ? {} : { method, body: JSON.stringify(json) }),
    });
  }

  async function manage<Answer>(path: string, json?: unknown, method?: string): Promise<Answer> {
    const signedIn = await call('/demo/session', '', { persona: 'parent-admin' });
    const { token } = (await signedIn.json()) as { token: string };
    const response = await call(`/api/v1/settings/${path}`, token, json, method);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (response.status === 204 ? null : await response.json()) as Answer;
  }

  return {
    /** The status that the server answers a key with. */
    status: async (raw: string) => (await call('/api/v1/key', raw)).status,
    /** As the parent organization's admin. */
    manage,
    async createKey(input: Record<string, unknown> = {}): Promise<DeployedKey> {
      const { key, raw_key: raw } = await manage<{ key: { id: string }; raw_key: string }>(
        'api-keys',
        { label: 'CI', ...input },
      );
      return { id: key.id, raw };
    },
    revoke: (id: string) => manage(`api-keys/${id}`, {}, 'DELETE'),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
