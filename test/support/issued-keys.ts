import { expect } from 'vitest';
import { Repo } from '../../server/database/entities/repo.ts';
import { SubOrg } from '../../server/database/entities/sub-org.ts';
import type { TestServer } from './server.ts';

/** A key as its creation answered. */
export interface IssuedKey {
  readonly id: string;
  readonly raw: string;
  readonly record: Record<string, unknown>;
}

/** Issues a key through the API, as the demo's parent admin unless said otherwise. */
export async function issueKey(
  server: Pick<TestServer, 'fetch'>,
  input: Record<string, unknown> = {},
  as = 'parent-admin',
): Promise<IssuedKey> {
  const json = { label: 'CI', ...input };
  const response = await server.fetch('/api/v1/settings/api-keys', { as, json });
  expect(response.status).toBe(201);
  const { key, raw_key: raw } = await body<{ key: { id: string }; raw_key: string }>(response);
  return { id: key.id, raw, record: { ...key } };
}

/** Revokes a key through the API. */
export async function revokeKey(server: Pick<TestServer, 'fetch'>, id: string): Promise<void> {
  const path = `/api/v1/settings/api-keys/${id}`;
  const response = await server.fetch(path, { as: 'parent-admin', method: 'DELETE' });
  expect(response.status).toBe(204);
}

/** A response's JSON. */
export async function body<Body = Record<string, unknown>>(response: Response): Promise<Body> {
  return (await response.json()) as Body;
}

/** Status and JSON of a response, for one comparison. */
export async function answer(pending: Response | Promise<Response>) {
  const response = await pending;
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** The ids of the demo's sub-orgs and of one repository in each place. */
export async function demoIds({ database }: Pick<TestServer, 'database'>) {
  const em = database.read();
  const subOrg = async (name: string) => (await em.findOneOrFail(SubOrg, { name })).id;
  const repo = async (name: string) => (await em.findOneOrFail(Repo, { name })).id;
  return {
    payments: await subOrg('Payments'),
    mobile: await subOrg('Mobile'),
    foreignSubOrg: await subOrg('Research'),
    repo: {
      payments: await repo('acme-security/ledger'),
      mobile: await repo('acme-security/wallet-ios'),
      none: await repo('acme-security/website'),
      foreign: await repo('globex-demo/orbit'),
    },
  };
}
