import openapiTypes, { type OpenAPI3 } from 'openapi-typescript';
import { expect, test } from 'vitest';
import { startServerOn } from '../support/server.ts';
import { installLibrary, withDom } from '../support/stranger.ts';

/** A program of a client that is generated from the description of the API. */
const program = `
  import createClient from 'openapi-fetch';
  import type { components, paths } from './api.d.ts';

  const { REPORISK_URL = '', SESSION = '' } = process.env;
  const client = createClient<paths>({
    baseUrl: REPORISK_URL,
    headers: { Authorization: 'Bearer ' + SESSION },
  });
  const { data } = await client.POST('/api/v1/settings/api-keys', { body: { label: 'CI' } });
  if (data === undefined) throw new Error('not made');
  const key: components['schemas']['ApiKey'] = data.key;
  const params = { path: { id: key.id } };
  const read = await client.GET('/api/v1/settings/api-keys/{id}', { params });
  // No body: every member of it may be absent.
  const rotated = await client.POST('/api/v1/settings/api-keys/{id}/rotate', { params });
  const removed = await client.DELETE('/api/v1/settings/api-keys/{id}', { params });
  const gone = await client.GET('/api/v1/settings/api-keys/{id}', { params: { path: { id: 'none' } } });
  const statuses = [read, rotated, removed, gone].map(({ response }) => response.status);
  console.log(JSON.stringify({ label: read.data?.label, statuses, detail: gone.error?.detail }));

  // @ts-expect-error: a member that is none.
  void (() => client.POST('/api/v1/settings/api-keys', { body: { label: 'CI', scope: [] } }));
  // @ts-expect-error: a path that is none.
  void (() => client.GET('/api/v1/settings/keys'));
`;

test('a client generated from /openapi.json compiles, strictly, and manages a key', async () => {
  await using server = await startServerOn('sqlite');
  const document = (await (await server.fetch('/openapi.json')).json()) as OpenAPI3;
  await using stranger = await installLibrary([
    ...['openapi-fetch', 'openapi-typescript-helpers', '@types/node'],
  ]);
  await stranger.write({ 'api.d.ts': await openapiTypes(document), 'client.ts': program });
  const options = { ...withDom, types: ['node'], allowImportingTsExtensions: true };
  await stranger.compile('typescript', ['client.ts'], options);
  await stranger.write({
    'run.ts': `
      process.env.REPORISK_URL = '${server.url}';
      process.env.SESSION = '${server.token('parent-admin')}';
      await import('./client.ts');
    `,
  });
  expect(JSON.parse(await stranger.run(process.execPath, 'run.ts'))).toEqual({
    label: 'CI',
    statuses: [200, 200, 204, 404],
    detail: expect.any(String),
  });
});
