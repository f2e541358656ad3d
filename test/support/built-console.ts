import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const sources = '{console/**/*.{ts,tsx,css,html,svg,txt},vite.config.ts,package-lock.json}';

/** The folder of the built console. */
export const consoleFolder: string = join(root, 'console', 'dist');

/** Before the browser's tests: they run side by side, and each must find the same console. */
export const setup = () => buildConsole();

/** Builds the console unless it is newer than its sources: as `npm start` does. */
export async function buildConsole(): Promise<void> {
  const newest = Math.max(
    ...globSync(sources, { cwd: root, exclude: ['**/dist'] }).map(
      (path) => statSync(join(root, path)).mtimeMs,
    ),
  );
  const built = join(consoleFolder, 'index.html');
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const options = ['build', 'console', '--config', 'vite.config.ts', '--logLevel', 'error'];
  // Inside a test the configuration leaves the plugin out that compiles the console.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const child = spawn(process.execPath, [vite, ...options], { cwd: root, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the console cannot be built: exit code ${code}`);
}
