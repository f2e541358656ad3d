import { expect } from 'vitest';
import type { RunningConsole } from './console.ts';
import type { NewKey } from './demo-keys.ts';

/** Calls the API with a key, as a program that names itself. Answers the status. */
export async function callAs(
  console: RunningConsole,
  raw: string,
  agent: string,
  path = '/api/v1/repos',
  json?: unknown,
): Promise<number> {
  const response = await fetch(console.url + path, {
    method: json === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${raw}`,
      'user-agent': agent,
      'content-type': 'application/json',
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  await response.body?.cancel();
  return response.status;
}

/** Submits a repository with a key: needs another scope than reading. */
export function submitAs(console: RunningConsole, raw: string, agent: string): Promise<number> {
  const url = 'https://git.invalid/example/widgets';
  return callAs(console, raw, agent, '/api/v1/repos/analyze', { url });
}

/** Replaces a key's secret with a grace of an hour. */
export async function rotateKey(console: RunningConsole, { id }: NewKey): Promise<NewKey> {
  const path = `/api/v1/settings/api-keys/${id}/rotate`;
  const response = await console.send('parent-admin', path, { grace_seconds: 3600 });
  expect(response.status).toBe(200);
  const body = (await response.json()) as { raw_key: string };
  return { id, raw: body.raw_key };
}

/** A key's record, as the API answers it. */
export async function recordOf(console: RunningConsole, { id }: NewKey) {
  const response = await console.send('parent-admin', `/api/v1/settings/api-keys/${id}`);
  return (await response.json()) as {
    label: string;
    description: string | null;
    scopes: string[] | null;
    ip_allow_list: string[] | null;
    rate_limit: { limit: number; window_seconds: number } | null;
    service_account_id: string | null;
    created_by: string | null;
  };
}
