import { execFile } from 'node:child_process';
import { hkdfSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../server/config/config-error.ts';
import { deriveKeys, loadServerSecret } from '../../../server/crypto/derived-keys.ts';

const unset = { serverSecret: null };

test('deriveKeys() derives each key by HKDF-SHA-256 under a label that never changes', () => {
  const secret = new Uint8Array(32).fill(1);
  const derive = (label: string) => new Uint8Array(hkdfSync('sha256', secret, '', label, 32));
  expect(deriveKeys(secret)).toEqual({
    pepper: derive('reporisk api key pepper v1'),
    credential: derive('reporisk credential encryption v1'),
    audit: derive('reporisk audit log v1'),
  });
});

test('loadServerSecret() prefers SERVER_SECRET and then makes no file', async () => {
  await using folder = await temporaryFolder();
  const serverSecret = new Uint8Array(32).fill(2);
  expect(loadServerSecret({ serverSecret }, folder.data)).toBe(serverSecret);
  expect(await readdir(folder.path)).toEqual([]);
});

test('loadServerSecret() makes a file for its owner only, and finds it again', async () => {
  await using folder = await temporaryFolder();
  const secret = loadServerSecret(unset, folder.data);
  expect(secret).toHaveLength(32);
  expect(loadServerSecret(unset, folder.data)).toEqual(secret);
  expect((await stat(folder.data)).mode & 0o777).toBe(0o700);
  expect((await stat(folder.file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder.data)).toEqual(['server.secret']);
});

test('loadServerSecret() gives processes that start at once the same secret', async () => {
  await using folder = await temporaryFolder();
  const module = new URL('../../../server/crypto/derived-keys.ts', import.meta.url).href;
  const script = `
    const { loadServerSecret } = await import(${JSON.stringify(module)});
    const secret = loadServerSecret({ serverSecret: null }, ${JSON.stringify(folder.data)});
    console.log(Buffer.from(secret).toString('base64'));`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const outputs = await Promise.all([run(), run(), run()]);
  const file = await readFile(folder.file, 'utf8');
  expect(outputs.map((output) => output.stdout)).toEqual([file, file, file]);
});

test('loadServerSecret() tightens a folder that was there before', async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.data, { mode: 0o755 });
  loadServerSecret(unset, folder.data);
  expect((await stat(folder.data)).mode & 0o777).toBe(0o700);
});

test('loadServerSecret() refuses a file that others can read', async () => {
  await using folder = await temporaryFolder();
  loadServerSecret(unset, folder.data);
  await chmod(folder.file, 0o640);
  expect(() => loadServerSecret(unset, folder.data)).toThrow(
    new ConfigError(
      `${folder.file} has mode 640: it takes 600, so that only its owner can read it`,
    ),
  );
});

test('loadServerSecret() refuses a file that is no secret, without telling what is in it', async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.data);
  await writeFile(folder.file, 'half a secret', { mode: 0o600 });
  expect(() => loadServerSecret(unset, folder.data)).toThrow(
    /server\.secret is a value of 13 characters: it takes 32 random bytes in base64/,
  );
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'reporisk-keys-'));
  const data = join(path, 'data');
  return {
    path,
    data,
    file: join(data, 'server.secret'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
