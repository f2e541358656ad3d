import { describe, expect, test } from 'vitest';
import { migrated } from '../support/databases.ts';
import { allWell, type Manageable, manage } from '../support/management.ts';
import { commandOf, otherRuntimes, quiet } from '../support/runtimes.ts';
import type { SendOptions } from '../support/server.ts';
import { serverProcess } from '../support/server-process.ts';

type Process = Awaited<ReturnType<typeof serverProcess>>;

/** A process as other tests' helpers take a server: `as` is the parent admin, or a key. */
async function manageable(server: Process): Promise<Manageable> {
  const session = await server.token('parent-admin');
  return {
    fetch: (path, { as = '', method, json }: SendOptions = {}) =>
      fetch(server.url + path, {
        method: method ?? (json === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${as === 'parent-admin' ? session : as}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }),
  };
}

type Runtime = (typeof otherRuntimes)[number];

/** A server on another runtime; null where that is not packaged. */
async function serverOn(runtime: Runtime, databaseUrl: string): Promise<Process | null> {
  const command = commandOf(runtime);
  if (command === null) return null;
  const env = { DATABASE_URL: databaseUrl, ...quiet, HOME: process.env.HOME ?? '' };
  return serverProcess(env, undefined, command);
}

const places = Object.entries(migrated).flatMap(([name, place]) =>
  otherRuntimes.map((runtime) => ({ name, place, runtime })),
);

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

describe.each(places)('the server on $runtime, with $name', ({ place, runtime }) => {
  test('manages keys, scans in the sandbox, and ends by itself', async (context) => {
    await using database = await place();
    await using started = await serverOn(runtime, database.url);
    if (started === null) return context.skip(`no ${runtime} is packaged for this platform`);
    const server = await manageable(started);
    expect(await manage(server)).toEqual(allWell);

    const made = await server.fetch(keys, { as, json: { label: 'Sandbox', environment: 'test' } });
    const { raw_key: raw } = (await made.json()) as { readonly raw_key: string };
    const url = 'https://git.example/acme/high';
    const submitted = await server.fetch('/api/v1/repos/analyze', { as: raw, json: { url } });
    const { job_id: job, repo_id: repo } = (await submitted.json()) as Record<string, unknown>;
    const isDone = async () => {
      const polled = await server.fetch(`/api/v1/jobs/${job}`, { as: raw });
      return ((await polled.json()) as { readonly status: string }).status === 'completed';
    };
    await expect.poll(isDone, { timeout: 20_000, interval: 100 }).toBe(true);
    const report = await server.fetch(`/api/v1/repos/${repo}/report`, { as: raw });
    expect(await report.json()).toMatchObject({ risk_level: 'high' });
    expect(await started.stop()).toBe(0);
  });

  test('and one on Node refuse at once what the other has revoked', async (context) => {
    await using database = await place();
    await using started = await serverOn(runtime, database.url);
    if (started === null) return context.skip(`no ${runtime} is packaged for this platform`);
    // The same secret, which the first one has made.
    await using node = await serverProcess({ DATABASE_URL: database.url }, started.folder);
    const [one, other] = [await manageable(started), await manageable(node)];
    for (const [revoker, verifier] of [
      [one, other],
      [other, one],
    ] as const) {
      const made = await revoker.fetch(keys, { as, json: { label: 'CI' } });
      const { key, raw_key: raw } = (await made.json()) as {
        readonly key: { readonly id: string };
        readonly raw_key: string;
      };
      // From its cache the second time.
      for (const _ of [1, 2]) {
        expect((await verifier.fetch('/api/v1/key', { as: raw })).status).toBe(200);
      }
      expect((await revoker.fetch(`${keys}/${key.id}`, { as, method: 'DELETE' })).status).toBe(204);
      expect((await verifier.fetch('/api/v1/key', { as: raw })).status).toBe(401);
    }
  });
});
