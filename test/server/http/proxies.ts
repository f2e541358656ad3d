import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';

/** A proxy in front of `upstream` that asks `server` for permission; gone at the end of the scope. */
export type StartProxy = (
  server: string,
  upstream: string,
) => Promise<(AsyncDisposable & { readonly url: string }) | null>;

export const identityHeaders = [
  'X-RepoRisk-Org',
  'X-RepoRisk-Sub-Org',
  'X-RepoRisk-Key-Id',
  'X-RepoRisk-Scopes',
  'X-RepoRisk-Environment',
  'X-RepoRisk-Project',
];

/** A protected service, which notes the headers of each request that was let through to it. */
export async function startUpstream() {
  const reached: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    reached.push(headers);
    response.end('reached');
  });
  return { reached, ...(await listening(server)) };
}

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A main configuration of nginx around the content of its http block. */
const nginxAround = (http: string, folder: string) => `
    daemon off;
    error_log stderr notice;
    pid ${folder}/nginx.pid;
    events {}
    http {
      access_log off;
      ${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join(' ')}
      ${http}
    }`;

const runNginx = (configuration: (port: number, folder: string) => string) =>
  startProgram(
    'nginx.conf',
    configuration,
    (file) => spawn('nginx', ['-p', tmpdir(), '-e', 'stderr', '-c', file], { stdio }),
    'start worker process ',
  );

const runCaddy = (configuration: (port: number, folder: string) => string) =>
  startProgram(
    'Caddyfile',
    configuration,
    (file, folder) =>
      spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
        stdio,
        env: { PATH: process.env.PATH, HOME: folder },
      }),
    'serving initial configuration',
  );

/** The proxies of the published recipes, which are run as they are but for addresses. */
const recipes = {
  'nginx.conf': (recipe: string) =>
    runNginx((port, folder) =>
      nginxAround(recipe.replace('127.0.0.1:8080', `127.0.0.1:${port}`), folder),
    ),
  Caddyfile: (recipe: string) =>
    runCaddy(
      (port, folder) =>
        `{\nadmin off\nauto_https off\nstorage file_system ${folder}/storage\n}\n` +
        recipe.replace('127.0.0.1:8080', `127.0.0.1:${port}`),
    ),
};

/** A recipe that a test runs. */
export type Recipe = keyof typeof recipes;

/** Starts the proxy of a recipe. Null when it is not installed. */
export async function startRecipe(name: Recipe, server: string, upstream: string) {
  const recipe = await readFile(`server/forward-auth/${name}`, 'utf8');
  return recipes[name](
    recipe
      .replaceAll('127.0.0.1:8787', new URL(server).host)
      .replaceAll('127.0.0.1:3000', new URL(upstream).host),
  );
}

/** nginx with `auth_request`; but for `/fixed/` it asks as Envoy does. Null when not installed. */
export const startNginx: StartProxy = (server, upstream) => {
  const variables = identityHeaders.map((name) => [name, name.toLowerCase().replaceAll('-', '_')]);
  const protect = (location: string, gate: string) => `
    location ${location} {
      auth_request ${gate};
      ${variables.map(([, name]) => `auth_request_set $${name} $upstream_http_${name};`).join(' ')}
      ${variables.map(([name, value]) => `proxy_set_header ${name} $${value};`).join(' ')}
      proxy_pass ${upstream};
    }`;
  const ask = (location: string, target: string) => `
    location = ${location} {
      internal;
      proxy_pass ${server}${target};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }`;
  const http = (port: number) => `
      server {
        listen 127.0.0.1:${port};
        ${protect('/', '/_append')}
        ${protect('/fixed/', '/_fixed')}
        ${ask('/_fixed', '/auth/verify?proxy=nginx&scope=repos:read')}
        ${ask('/_append', '/auth/verify$request_uri')}
      }`;
  return runNginx((port, folder) => nginxAround(http(port), folder));
};

/** Caddy with `forward_auth`; but for `/fixed/` it asks as Envoy does. Null when not installed. */
export const startCaddy: StartProxy = (server, upstream) => {
  const configuration = (port: number, folder: string) => `{
      admin off
      auto_https off
      storage file_system ${folder}/storage
    }
    http://:${port} {
      bind 127.0.0.1
      handle /fixed/* {
        forward_auth ${server} {
          uri /auth/verify
          copy_headers ${identityHeaders.join(' ')}
        }
        reverse_proxy ${upstream}
      }
      handle {
        forward_auth ${server} {
          uri /auth/verify{path}
          copy_headers ${identityHeaders.join(' ')}
        }
        reverse_proxy ${upstream}
      }
    }`;
  return runCaddy(configuration);
};

/**
 * Plays Envoy's `ext_authz` over HTTP: asks by the client's own method, its path after a prefix,
 * its `Host` and `Authorization`; 200 is permission, and the identity headers replace the client's.
 */
export const startEnvoy: StartProxy = async (server, upstream) => {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const { host, authorization } = headers;
    const asked = { host, 'content-length': '0', ...(authorization && { authorization }) };
    const path = `/auth/verify${incoming.url}`;
    const check = request(server, { method, path, headers: asked }, (answer) => {
      answer.resume();
      if (answer.statusCode !== 200) {
        outgoing.writeHead(answer.statusCode ?? 403).end();
        return;
      }
      for (const name of identityHeaders.map((each) => each.toLowerCase())) {
        const value = answer.headers[name];
        if (value !== undefined) headers[name] = value;
      }
      const passed = request(upstream, { method, path: '/', headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502);
        response.pipe(outgoing);
      });
      incoming.pipe(passed);
    });
    check.end();
  });
  return listening(proxy);
};

const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];

async function startProgram(
  fileName: string,
  configuration: (port: number, folder: string) => string,
  start: (file: string, folder: string) => ChildProcess,
  readyLine: string,
) {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-proxy-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(folder, fileName);
  await writeFile(file, configuration(port, folder));
  const child = start(file, folder);
  if (!(await isReady(child, readyLine))) return null;
  resources.defer(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  });
  const running = resources.move();
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** False when the program is not installed; throws its output when it ends early. */
function isReady(child: ChildProcess, readyLine: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk) => {
      log += chunk;
      if (log.includes(readyLine)) resolve(true);
    });
    child.once('error', () => resolve(false));
    child.once('exit', () => reject(new Error(log)));
  });
}

async function listening(server: ReturnType<typeof createServer>) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
