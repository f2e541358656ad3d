import { expect, vi } from 'vitest';
import type { SendOptions } from './server.ts';

/** Something that answers as the server does. */
export interface Manageable {
  fetch(path: string, options?: SendOptions): Promise<Response>;
}

/** Milliseconds after the end of a fault of the database in which all works again, on a busy machine. */
export const recoveryMs = 10_000;

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

/** Creates a key. */
export const create = (server: Manageable): Promise<Response> =>
  server.fetch(keys, { as, json: { label: 'CI' } });

/** The statuses of creating a key, using it, listing, revoking it, and using it once more. */
export async function manage(server: Manageable): Promise<number[]> {
  const created = await create(server);
  if (created.status !== 201) return [created.status];
  const { key, raw_key: raw } = (await created.json()) as { key: { id: string }; raw_key: string };
  const used = await server.fetch('/api/v1/key', { as: raw });
  const listed = await server.fetch(keys, { as });
  const revoked = await server.fetch(`${keys}/${key.id}`, { as, method: 'DELETE' });
  const refused = await server.fetch('/api/v1/key', { as: raw });
  return [created, used, listed, revoked, refused].map(({ status }) => status);
}

/** The results of `manage` where all is well. */
export const allWell = [201, 200, 200, 204, 401];

/** Resolves once everything works, which it does soon after the end of a fault. */
export async function expectRecovery(server: Manageable): Promise<void> {
  const isWell = async () => expect(await manage(server)).toEqual(allWell);
  await vi.waitFor(isWell, { timeout: recoveryMs, interval: 50 });
  // None of the pool's connections is lost, or stuck.
  const all = await Promise.all(Array.from({ length: 12 }, () => manage(server)));
  for (const statuses of all) expect(statuses).toEqual(allWell);
}

/** Writes without a pause, eight at a time, until something is over; how often each status came. */
export async function writeUntil(server: Manageable, over: Promise<unknown>) {
  const statuses: Record<number, number> = {};
  let isOver = false;
  const end = over.finally(() => {
    isOver = true;
  });
  const writer = async () => {
    while (!isOver) {
      const { status } = await create(server);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all([end, ...Array.from({ length: 8 }, writer)]);
  return statuses;
}
