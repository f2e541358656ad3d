import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { bunPath, denoPath } from '../support/runtimes.ts';
import { vectors } from '../support/vectors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = fileURLToPath(new URL('./print-agreement.ts', import.meta.url));

/** The program's output on one runtime. */
async function outputOf(runtime: string, args: string[] = []): Promise<string> {
  const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };
  const { stdout } = await promisify(execFile)(runtime, [...args, program], { cwd: root, env });
  return stdout;
}

test('core agrees with every vector on Node', async () => {
  const { valid, invalid, secureKeyIsWellFormed } = JSON.parse(await outputOf(process.execPath));
  expect(valid).toMatchObject(vectors.valid.map(({ note: _, ...vector }) => vector));
  expect(invalid).toHaveLength(vectors.invalid.length);
  for (const each of invalid) {
    expect(each).toMatchObject({ parsed: null });
    expect(each.checksummed).not.toBe(true);
  }
  expect(secureKeyIsWellFormed).toBe(true);
});

test('core comes to the same, byte by byte, on Deno, which grants it no permission', async (context) => {
  const deno = denoPath();
  if (deno === null) return context.skip('no Deno is packaged for this platform');
  const output = await outputOf(deno, ['run', '--no-prompt', '--cached-only']);
  expect(output).toBe(await outputOf(process.execPath));
});

test('core comes to the same, byte by byte, on Bun', async (context) => {
  const bun = bunPath();
  if (bun === null) return context.skip('no Bun is packaged for this platform');
  expect(await outputOf(bun, ['--no-install'])).toBe(await outputOf(process.execPath));
});
