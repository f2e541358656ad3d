import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks } from '../support/examples.ts';
import { bunPath, denoPath, workerdPath } from '../support/runtimes.ts';
import { type RunningServer, startServerOn } from '../support/server.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';
import { bundled, startWorker } from '../support/worker.ts';

const document = readFileSync('.ci/packages/api-access.md', 'utf8');

/** The program under a heading of the library's page. */
function programOf(heading: string): string {
  const [, section = ''] = document.split(`\n### ${heading}\n`);
  const [program = ''] = codeBlocks(section, 'ts');
  return program;
}

const frameworks = ['Express 5', 'Fastify 5', 'Hono', 'node:http', 'tRPC'];

/** What a program has without keys as well, and the verifier. */
const scaffold =
  /^(import |const (app|t|router|verifier) |(await )?(app\.listen|serve)\(|export |$)/;

let product: RunningServer;
let stranger: Stranger;
const keys = { reading: '', other: '' };
beforeAll(async () => {
  product = await startServerOn('sqlite');
  for (const [name, scope] of [
    ['reading', 'repos:read'],
    ['other', 'extensions:read'],
  ] as const) {
    const json = { label: name, scopes: [scope] };
    const made = await product.fetch('/api/v1/settings/api-keys', { as: 'parent-admin', json });
    keys[name] = ((await made.json()) as { readonly raw_key: string }).raw_key;
  }
  const packages = ['hono', '@hono/node-server', 'express', 'fastify', '@trpc/server'];
  stranger = await installLibrary(packages);
  await stranger.write({
    // Any free port instead of the program's, and its number on a line.
    'free-port.mjs': `
      import { Server } from 'node:net';
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...args) {
        this.once('listening', () => console.log('http://127.0.0.1:' + this.address().port));
        return listen.call(this, 0, '127.0.0.1', ...args.filter((each) => typeof each === 'function'));
      };
    `,
    'free-port-of-bun.mjs': `
      const { serve } = Bun;
      Bun.serve = (options) => {
        const server = serve({ ...options, port: 0, hostname: '127.0.0.1' });
        console.log('http://127.0.0.1:' + server.port);
        return server;
      };
    `,
  });
});
afterAll(async () => {
  await stranger[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
});

/** Writes a program, which asks the running product. */
const writeProgram = (program: string) =>
  stranger.write({ 'app.ts': program.replace('http://127.0.0.1:8787', product.url) });

/** Starts a program, which asks the running product. */
async function started(program: string, runtime: string, ...args: readonly string[]) {
  await writeProgram(program);
  const child = spawn(runtime, [...args, 'app.ts'], {
    cwd: stranger.folder,
    env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const output: string[] = [];
  let url: string | undefined;
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
  const lines = createInterface(args.includes('serve') ? child.stderr : child.stdout);
  for await (const line of lines) {
    output.push(line);
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url !== undefined) break;
  }
  if (url === undefined)
    throw new Error(`it ended:\n${output.join('\n')}${await text(child.stderr)}`);
  return {
    url: `${url}/hello`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

/** Sends each value as a header field of its own, as no fetch does. */
async function call(url: string, ...authorization: readonly string[]) {
  const fields = authorization.flatMap((value) => ['Authorization', value]);
  const sent = request(url, { headers: ['Host', new URL(url).host, ...fields] }).end();
  const [answer] = await once(sent, 'response');
  const { statusCode, headers } = answer;
  return {
    status: statusCode,
    type: headers['content-type'],
    challenge: headers['www-authenticate'],
    body: await text(answer),
  };
}

/**
 * Each kind of request, and what comes of it.
 *
 * @param hidesEmpty - whether the runtime shows no program that a field without a value came first.
 */
async function expectAdapted(url: string, hidesEmpty = false): Promise<void> {
  const [reading, other] = [`Bearer ${keys.reading}`, `Bearer ${keys.other}`];
  const admitted = await call(url, reading);
  expect(admitted).toMatchObject({ status: 200, body: expect.stringContaining('hello org_') });
  const type = expect.stringMatching(/^application\/json/);
  const unauthorized = { status: 401, type, challenge: 'Bearer' };
  const detail = (words: string) => expect.stringMatching(new RegExp(`^{"detail":".*${words}`));
  expect(await call(url)).toEqual({ ...unauthorized, body: detail('key') });
  for (const repeated of [
    [reading, reading],
    [reading, other],
    [other, reading],
    [reading, ''],
    ...(hidesEmpty ? [] : [['', reading]]),
  ]) {
    expect(await call(url, ...repeated)).toEqual({ ...unauthorized, body: detail('Invalid') });
  }
  expect(await call(url, other)).toMatchObject({ status: 403, body: detail('permission') });
}

test.each(frameworks)('%s asks for a key in at most five lines', (framework) => {
  const lines = programOf(framework)
    .split('\n')
    .filter((line) => !scaffold.test(line));
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.length).toBeLessThanOrEqual(5);
});

test.each(frameworks)(
  'the page’s program for %s admits a key, and no repeated one',
  async (framework) => {
    await using app = await started(
      programOf(framework),
      process.execPath,
      '--import',
      './free-port.mjs',
    );
    await expectAdapted(app.url);
  },
);

test('the page’s program for Deno admits a key, and no repeated one', async (context) => {
  const deno = denoPath();
  if (deno === null) return context.skip('no Deno is packaged for this platform');
  const options = ['--allow-net', '--cached-only', '--host=127.0.0.1', '--port=0'];
  await using app = await started(programOf('Deno, Bun, Workers'), deno, 'serve', ...options);
  await expectAdapted(app.url);
});

test('the page’s program for Bun admits a key, and no repeated one', async (context) => {
  const bun = bunPath();
  if (bun === null) return context.skip('no Bun is packaged for this platform');
  const options = ['--no-install', '--preload', './free-port-of-bun.mjs'];
  await using app = await started(programOf('Deno, Bun, Workers'), bun, ...options);
  await expectAdapted(app.url);
});

test('the page’s program for Workers admits a key, and no repeated one', async (context) => {
  const workerd = workerdPath();
  if (workerd === null) return context.skip('no workerd is packaged for this platform');
  await writeProgram(programOf('Deno, Bun, Workers'));
  await using worker = await startWorker(workerd, await bundled(stranger.folder, 'app.ts'));
  await expectAdapted(`${worker.url}/hello`, true);
});

test('an adapter that reads Node’s plain headers would admit a repeated one, and be found', async () => {
  const program = programOf('node:http');
  const naive = program.replace(
    'admit(verifier, request,',
    'admit(verifier, new Headers(request.headers),',
  );
  expect(naive).not.toBe(program);
  await using app = await started(naive, process.execPath, '--import', './free-port.mjs');
  await expect(expectAdapted(app.url)).rejects.toThrow('expected');
});
