import { availableParallelism } from 'node:os';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import solid from 'vite-plugin-solid';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Tests of `npm run test:long` that judge how long a server keeps other requests waiting. */
const alone = [
  'test/processes/greedy-clients.test.ts',
  'test/server/sessions/large-reconciliation.test.ts',
];

export default defineConfig({
  // The console: `vite build console` writes console/dist, which the server serves under a strict
  // Content-Security-Policy. So nothing is inlined: no script, no data: URL.
  // Tests get no such plugin, because it would give all of them a simulated browser.
  plugins: process.env.VITEST
    ? []
    : [solid(), trustedTemplates(), firstLoadBudget({ js: 45_000, css: 12_000 })],
  build: {
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // `vite console` beside `npm start` is for working on the console.
  server: {
    proxy: Object.fromEntries(
      ['/api', '/demo', '/trpc'].map((path) => [path, 'http://127.0.0.1:8787']),
    ),
  },

  test: {
    // More than cores: tests mostly wait for databases and processes.
    maxWorkers: availableParallelism() * 2,
    projects: [
      project('house', ['test/*.test.ts'], {}),
      project('core', ['test/core/**/*.test.ts'], {}),
      project('server', ['test/**/*.test.ts'], {
        exclude: [
          'test/*.test.ts',
          'test/{core,browser,bench,packages,examples}/**',
          'test/support/chromium.test.ts',
          ...alone,
        ],
        globalSetup: ['test/support/postgres-server.ts', 'test/support/sqlite-templates.ts'],
        // Also where the machine is busy with other things.
        testTimeout: 40_000,
        hookTimeout: 40_000,
      }),
      // The server on other runtimes. Of two files the first hook already needs what only one process has.
      ...(process.env.LONG_TESTS ? ['deno', 'bun'] : []).map((runtime) =>
        project(runtime, ['test/server/http/**/*.test.ts'], {
          exclude: ['test/server/http/{bad-keys,key-list}.test.ts'],
          env: { SERVER_RUNTIME: runtime },
          globalSetup: ['test/support/postgres-server.ts', 'test/support/sqlite-templates.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        }),
      ),
      project('packages', ['test/{packages,examples}/**/*.test.ts'], {
        globalSetup: ['test/support/built-packages.ts', 'test/support/sqlite-templates.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project('browser', ['test/browser/**/*.test.ts', 'test/support/chromium.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        globalSetup: ['test/support/built-console.ts', 'test/support/sqlite-templates.ts'],
        // After the others, so that a page waits for no database test.
        sequence: { groupOrder: 1 },
      }),
      project('alone', alone, {
        globalSetup: ['test/support/postgres-server.ts', 'test/support/sqlite-templates.ts'],
        testTimeout: 40_000,
        // Last and one at a time: other tests would count in the figures that they judge.
        maxWorkers: 1,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
});

/**
 * Makes Solid's compiled templates markup by a Trusted Types policy of their own: it is in no other
 * code's reach, so whatever else turns text into markup is refused by the browser.
 */
function trustedTemplates(): Plugin {
  const sink = 't.innerHTML = html;';
  const policy = `
    const trustedTemplates = globalThis.trustedTypes?.createPolicy('reporisk-templates', {
      createHTML: (html) => html,
    }) ?? { createHTML: (html) => html };
  `;
  return {
    name: 'trusted-templates',
    apply: 'build',
    transform(code, id) {
      if (!/solid-js\/web\/dist\/web\.js$/.test(id)) return null;
      if (code.split(sink).length !== 2) this.error('Solid makes its templates in another way now');
      return policy + code.replace(sink, 't.innerHTML = trustedTemplates.createHTML(html);');
    },
  };
}

/**
 * Fails the build when what a browser loads before anything can show, all of it together, is over
 * the budget: the page's own script, everything that it imports at once, and their styles.
 *
 * @param budget - bytes after gzip.
 */
export function firstLoadBudget(budget: Record<'js' | 'css', number>): Plugin {
  return {
    name: 'first-load-budget',
    enforce: 'post',
    // Before anything is written, so that an earlier build stays what it was.
    generateBundle(_options, bundle) {
      const first = new Set<string>();
      const load = (file: string) => {
        const chunk = bundle[file];
        if (first.has(file) || chunk?.type !== 'chunk') return;
        first.add(file);
        for (const style of chunk.viteMetadata?.importedCss ?? []) first.add(style);
        for (const imported of chunk.imports) load(imported);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk' && chunk.isEntry) load(chunk.fileName);
      }
      for (const kind of ['js', 'css'] as const) {
        const sizes = [...first]
          .filter((file) => file.endsWith(`.${kind}`))
          .map((file) => {
            const content = bundle[file];
            const text = content?.type === 'chunk' ? content.code : (content?.source ?? '');
            return { file, size: gzipSync(text).length };
          })
          .sort((one, other) => other.size - one.size);
        const total = sizes.reduce((sum, { size }) => sum + size, 0);
        const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
        if (total <= budget[kind]) continue;
        const list = sizes.map(({ file, size }) => `${file} ${kilobytes(size)}`).join(', ');
        this.error(
          `the first load takes ${kilobytes(total)} of ${kind} after gzip, and may take ` +
            `${kilobytes(budget[kind])}: load something lazily (${list})`,
        );
      }
    },
  };
}

function project(
  name: string,
  include: string[],
  options: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...options } };
}
