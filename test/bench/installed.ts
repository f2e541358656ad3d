import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Installs a section's comparison or measuring tools, when they are missing, from the lock file of
 * their own folder: nothing else needs them. Prints a line when that cannot be done.
 */
export async function areInstalled(folder: string, name: string): Promise<boolean> {
  if (existsSync(join(folder, 'node_modules', name))) return true;
  const what = `test/bench/${basename(folder)}`;
  console.error(`installing: npm ci in ${what}`);
  try {
    await promisify(execFile)('npm', ['ci'], { cwd: folder, shell: process.platform === 'win32' });
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : error;
    console.error(`${name} is left out, because ${what} cannot be installed: ${reason}`);
    return false;
  }
}
