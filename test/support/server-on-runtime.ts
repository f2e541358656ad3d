import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { TestRunner } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { anthropicServer } from './anthropic-server.ts';
import type { composedServer, ServerOptions } from './composed-server.ts';
import { identities, identityKeys } from './identities.ts';
import { testKeyring } from './keyring.ts';
import { commandOf, otherRuntimes, quiet } from './runtimes.ts';
import type { ProgramSettings } from './server-program.ts';

type ComposedServer = Awaited<ReturnType<typeof composedServer>>;

const program = fileURLToPath(new URL('./server-program.ts', import.meta.url));

/** Skips the test that runs. */
function skip(reason: string): never {
  TestRunner.getCurrentTest()?.context.skip(reason);
  throw new Error(reason);
}

/** A part of a server that its own process has alone. */
function apart<Part extends object>(name: string): Part {
  const get = () => skip(`the server’s ${name} is in another process`);
  return new Proxy<Part>({} as Part, { get });
}

/** Skips the test that runs where its server cannot be in another process. */
export function skipUnlessTransferable({ anthropic: _, ...options }: Partial<ServerOptions>): void {
  if (process.env.SERVER_RUNTIME === undefined) return;
  const holdsFunction = (value: unknown): boolean =>
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null && Object.values(value).some(holdsFunction));
  const [name] = Object.entries(options).find(([, value]) => holdsFunction(value)) ?? [];
  if (name !== undefined) skip(`the server’s ${name} would be in another process`);
}

/**
 * Starts a test's server on another runtime. What only its process has, such as its log, skips the test
 * that asks for it.
 */
export async function serverOnRuntime(
  runtime: string,
  options: ServerOptions,
): Promise<ComposedServer> {
  skipUnlessTransferable(options);
  const known = otherRuntimes.find((each) => each === runtime);
  if (known === undefined) throw new Error(`SERVER_RUNTIME takes ${otherRuntimes.join(', ')}`);
  const [command, ...args] = commandOf(known) ?? [];
  if (command === undefined) return skip(`no ${runtime} is packaged for this platform`);
  await using resources = new AsyncDisposableStack();
  const anthropic = options.anthropic ?? resources.use(await anthropicServer());
  const { anthropic: _, ...transferred } = options;
  const settings: ProgramSettings = {
    ...{ options: transferred, anthropicUrl: anthropic.url, keys: identityKeys() },
  };
  const child = spawn(command, [...args, program, JSON.stringify(settings)], {
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  resources.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(`the server on ${runtime} ended`);
  const { url, uploads }: { readonly url: string; readonly uploads: string } = JSON.parse(
    first.value,
  );
  const database = resources.use(
    await openAuditedDatabase(options.database, { keyring: testKeyring }),
  );
  const { demo, sign } = identities(Date.now);
  const running = resources.move();
  return {
    ...{ url, uploads, anthropic, database },
    services: apart('services'),
    log: apart('log'),
    usage: apart('usage'),
    forgedRows: apart('forgedRows'),
    async propagated() {
      // Without a cache, it asks the database for each verification.
      if (options.coherent) skip('the server’s cache is in another process');
    },
    token: (persona) => demo.issue(persona).token,
    session: (of) => sign(of),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
