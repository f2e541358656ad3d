// A test's server as a program of its own, on whichever runtime starts it. Its argument has its options and
// the keys of its identities as JSON; its first line has its address.
import process from 'node:process';
import type { AnthropicServer } from './anthropic-server.ts';
import { composedServer, type ServerOptions } from './composed-server.ts';
import { type IdentityKeys, useIdentityKeys } from './identities.ts';

/** What a program of a server is told. */
export interface ProgramSettings {
  readonly options: ServerOptions;
  /** The address of the test's Anthropic. */
  readonly anthropicUrl: string;
  readonly keys: IdentityKeys;
}

const { options, anthropicUrl, keys }: ProgramSettings = JSON.parse(process.argv[2] ?? '');
useIdentityKeys(keys);
// The test asks its Anthropic what it got; the server has need of the address only.
const anthropic = { url: anthropicUrl } as AnthropicServer;
const server = await composedServer({ ...options, anthropic });
process.stdout.write(`${JSON.stringify({ url: server.url, uploads: server.uploads })}\n`);
process.once('SIGTERM', async () => {
  await server[Symbol.asyncDispose]();
  process.exit(0);
});
