import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { AnthropicFailure } from '../../server/anthropic/anthropic-failure.ts';
import { loadConfig } from '../../server/config/config.ts';
import type { Persona } from '../../server/demo-mode/sessions.ts';
import type { InstallationOptions } from '../../server/installation.ts';
import { startServer } from '../../server/start.ts';
import { anthropicKey, anthropicServer } from '../support/anthropic-server.ts';
import { consoleFolder } from '../support/built-console.ts';
import { launchChromium } from '../support/chromium.ts';

/**
 * The whole product on a free port and a private database, with a Chromium to look at it.
 *
 * @param parts - the allowed targets of webhooks, for example.
 * @param dialects - those beside `reporisk`.
 * @param extraScopes - the scopes of embedding services.
 */
export async function startConsole(
  parts: Pick<InstallationOptions, 'targets' | 'now' | 'scans'> = {},
  dialects: readonly string[] = [],
  extraScopes: readonly string[] = [],
) {
  await using resources = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'reporisk-console-'));
  resources.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const anthropic = resources.use(await anthropicServer());
  const config = loadConfig({
    PORT: '0',
    ANTHROPIC_BASE_URL: anthropic.url,
    DATABASE_URL: `sqlite:${join(dataFolder, 'reporisk.db')}`,
    FAILED_AUTH_RATE_LIMIT: 'off',
    DIALECTS: dialects.join(),
    EXTRA_SCOPES: extraScopes.join(),
  });
  const logger = pino({ level: 'silent' });
  const server = resources.use(
    await startServer({
      ...parts,
      scans: { scan: later, ...parts.scans },
      config,
      dataFolder,
      consoleFolder,
      logger,
    }),
  );
  const browser: Browser = resources.use(await launchChromium());
  const running = resources.move();
  return {
    url: server.url,
    databaseUrl: config.databaseUrl,
    anthropic,

    /** A page of a new browser session. At the end of its scope it must have broken no rule. */
    async open({ expectsFailedLoads = false, ...options }: SessionOptions = {}) {
      const context = await browser.newContext({
        baseURL: server.url,
        permissions: ['clipboard-read', 'clipboard-write'],
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const faults = await watchFaults(context, expectsFailedLoads);
      const page = await context.newPage();
      return {
        page,
        context,
        async [Symbol.asyncDispose]() {
          await context.close();
          expect(faults).toEqual([]);
        },
      };
    },

    /** Sends a request as a persona, as a program would. */
    async send(persona: Persona, path: string, json?: unknown, method?: string) {
      const token = await tokenOf(server.url, persona);
      return fetch(server.url + path, {
        method: method ?? (json === undefined ? 'GET' : 'POST'),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    },

    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** No scan is done: each goes back to the queue for an hour. */
const later = async () => {
  throw new AnthropicFailure('unavailable', 3_600_000);
};

/** Gives the demo's first organization an Anthropic key, which live submissions need. */
export async function setAnthropicKey({ send }: Pick<RunningConsole, 'send'>): Promise<void> {
  const json = { api_key: anthropicKey('browser') };
  const response = await send('parent-admin', '/api/v1/settings/anthropic-key', json, 'PUT');
  expect(response.status).toBe(200);
}

export interface SessionOptions extends BrowserContextOptions {
  /** Whether even the page's own files may fail to load. */
  readonly expectsFailedLoads?: boolean;
}

export type RunningConsole = Awaited<ReturnType<typeof startConsole>>;

async function tokenOf(url: string, persona: Persona): Promise<string> {
  const response = await fetch(`${url}/demo/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  const body = (await response.json()) as { token: string };
  return body.token;
}

/**
 * Collects the faults of a page: a breach of the Content-Security-Policy, an exception, a logged
 * error.
 */
async function watchFaults(
  context: BrowserContext,
  expectsFailedLoads: boolean,
): Promise<string[]> {
  const faults: string[] = [];
  await context.exposeBinding('reportFault', (_source, fault: string) => void faults.push(fault));
  // As text: these tests are checked without a browser's types.
  await context.addInitScript(`
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
      reportFault('CSP: ' + [violatedDirective, blockedURI, sourceFile, lineNumber].join(' '));
    });
  `);
  context.on('page', (page) => {
    page.on('pageerror', (error) => {
      const isFailedLoad = /dynamically imported module|preload CSS/.test(error.message);
      if (!(isFailedLoad && expectsFailedLoads)) faults.push(String(error.stack));
    });
    page.on('console', (message) => {
      // The browser itself logs a refusal; tests check the page's reaction to it.
      const isRefusal = /\/(trpc|api|demo)\//.test(message.location().url);
      const isFine = isRefusal || expectsFailedLoads;
      if (message.type() === 'error' && !isFine) faults.push(message.text());
    });
  });
  return faults;
}

/** Chooses an action in the menu of a key's row. */
export async function chooseForKey(page: Page, label: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Goes to Settings as a persona: through the sign-in page, as a newcomer would. */
export async function signIn(page: Page, name: string, path = '/settings/api-access') {
  await page.goto(path);
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  // The sign-in page has a heading too, and goes away a moment later.
  await page.getByRole('navigation', { name: 'Settings' }).waitFor();
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
}
