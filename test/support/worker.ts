import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { rolldown } from 'rolldown';

/**
 * A program and all that it imports as one module, as a page or a Worker gets it.
 *
 * @param entry - its path within the folder, whose packages it finds.
 */
export async function bundled(folder: string, entry: string): Promise<string> {
  const bundle = await rolldown({ input: entry, cwd: folder, platform: 'browser' });
  const { output } = await bundle.generate({ minify: true });
  return output[0].code;
}

/** It reaches this machine and nothing else. */
const config = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
    )),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Starts a Worker of one module on a free port, until the end of the scope. */
export async function startWorker(workerd: string, code: string) {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-worker-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'worker.js'), code);
  await writeFile(join(folder, 'config.capnp'), config);
  const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=1'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const complaints = text(child.stderr);
  resources.defer(async () => {
    child.kill();
    await ended;
  });
  let port: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    port = JSON.parse(line).port;
    if (port !== undefined) break;
  }
  if (port === undefined) throw new Error(`workerd ended: ${await complaints}`);
  const running = resources.move();
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
