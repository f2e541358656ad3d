import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installLibrary, onNode, type Stranger, withDom } from '../support/stranger.ts';

/** A service that uses each export, and what its types must refuse. */
const consumer = `
  import { admit, createMemoryKeyStore, createVerifier, type KeyRecord, protect } from '@reporisk/api-access/core';
  import { maskKey, parseKey } from '@reporisk/api-access/format';
  import { openVerifier } from '@reporisk/api-access/store';

  const verifier = createVerifier({ store: createMemoryKeyStore() });
  export const handler = protect(verifier, (_request, key: KeyRecord) => new Response(key.label));
  export async function label(request: Request): Promise<string> {
    const admission = await admit(verifier, request, { scope: 'repos:read' });
    return admission.ok ? admission.key.label : admission.body;
  }
  export const masked: string = maskKey('rrk_live_x');
  export const environment: 'live' | 'test' | undefined = parseKey('rrk_live_x')?.environment;
  export const opened = openVerifier({ databaseUrl: 'sqlite:x', verificationSecret: new Uint8Array(32) });
  // @ts-expect-error: an option that is none.
  openVerifier({ databaseUrl: 'sqlite:x', verificationsecret: new Uint8Array(32) });
  // @ts-expect-error: a scope that is none.
  protect(verifier, () => new Response(), { scope: 'repo:read' });
  // @ts-expect-error: a handler answers.
  protect(verifier, () => 1);
`;

/** A tool that uses the typed client. */
const tool = `
  import { createRepoRiskClient, type RejectedField, refusalOf } from '@reporisk/api-access/client';

  const client = createRepoRiskClient({ url: 'http://127.0.0.1:8787', session: 'x' });
  export async function revokeAll(): Promise<number> {
    const { items } = await client.apiKeys.list.query({ limit: 10, status: 'active' });
    for (const { id, label } of items) await client.apiKeys.revoke.mutate({ id, reason: label });
    return items.length;
  }
  export async function create(label: string): Promise<string | readonly RejectedField[]> {
    const made = await client.apiKeys.create.mutate({ label }).catch((error: unknown) => error);
    return refusalOf(made)?.detail ?? 'ok';
  }
  export const stopped = client.apiKeys.list.query({}, { signal: AbortSignal.timeout(1) });
  // @ts-expect-error: a query changes nothing.
  client.apiKeys.list.mutate({});
  // @ts-expect-error: a status that is none.
  client.apiKeys.list.query({ status: 'alive' });
  // @ts-expect-error: a procedure that is none.
  client.apiKeys.erase.mutate({});
`;

const compilers = { 'TypeScript 7': 'typescript', 'TypeScript 5.4': 'typescript-5.4' };
const resolutions = { nodenext: 'NodeNext', bundler: 'ESNext' };
const combinations = Object.entries(compilers).flatMap(([title, compiler]) =>
  Object.entries(resolutions).map(([moduleResolution, module]) => ({
    ...{ title, compiler, moduleResolution, module },
  })),
);

let stranger: Stranger;
beforeAll(async () => {
  stranger = await installLibrary(['@trpc/client', '@trpc/server', '@types/node']);
  await stranger.write({ 'service.ts': consumer, 'tool.ts': tool });
});
afterAll(() => stranger[Symbol.asyncDispose]());

test.each(combinations)(
  '$title with $moduleResolution finds nothing wrong in the installed library',
  async ({ compiler, module, moduleResolution }) => {
    await stranger.compile(compiler, ['service.ts'], { module, moduleResolution, ...onNode });
    await stranger.compile(compiler, ['tool.ts'], { module, moduleResolution, ...onNode });
  },
);

test('core and format need no types of Node', async () => {
  const page = consumer.replace(/^.*(openVerifier|an option that).*$/gm, '');
  await stranger.write({ 'page.ts': page });
  const options = { module: 'ESNext', moduleResolution: 'bundler', ...withDom };
  await stranger.compile('typescript', ['page.ts'], options);
});

test('the client brings its own types, neither the server nor those of tRPC', async () => {
  const listed = await stranger.compile('typescript', ['tool.ts'], withDom, '--listFilesOnly');
  const files = listed.split('\n').filter((path) => path !== '' && !path.includes('/typescript'));
  expect(files.filter((path) => !path.includes('/@reporisk/'))).toEqual([
    expect.stringMatching(/tool\.ts$/),
  ]);
  expect(files.length).toBeLessThan(40);
});

test('the compilation fails where the package has no types', async () => {
  const path = join(stranger.folder, 'node_modules/@reporisk/api-access/core/format.d.ts');
  const types = await readFile(path, 'utf8');
  await writeFile(path, types.replace('maskKey', 'hideKey'));
  const service = stranger.compile('typescript', ['service.ts'], onNode);
  await expect(service).rejects.toThrow('maskKey');
  await writeFile(path, types);
});
