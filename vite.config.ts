import solid from 'vite-plugin-solid';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

export default defineConfig({
  // The console: `vite build console` writes console/dist, which the server serves under a strict
  // Content-Security-Policy. So nothing is inlined: no script, no data: URL.
  // Tests get no such plugin, because it would give all of them a simulated browser.
  plugins: process.env.VITEST ? [] : [solid()],
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
    // Every core, where the default leaves one to vitest: tests mostly wait for databases.
    maxWorkers: '100%',
    projects: [
      project('house', ['test/*.test.ts'], {}),
      project('core', ['test/core/**/*.test.ts'], {}),
      project('server', ['test/**/*.test.ts'], {
        exclude: [
          'test/*.test.ts',
          'test/{core,browser,bench}/**',
          'test/support/chromium.test.ts',
        ],
        globalSetup: 'test/support/postgres-server.ts',
        testTimeout: 20_000,
      }),
      project('browser', ['test/browser/**/*.test.ts', 'test/support/chromium.test.ts'], {
        testTimeout: 60_000,
        // One Chromium at a time, and after the others: CI has two cores.
        fileParallelism: false,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});

function project(
  name: string,
  include: string[],
  options: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...options } };
}
