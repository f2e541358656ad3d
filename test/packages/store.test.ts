import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verificationSecretOf } from '../../server/database/verification-secret.ts';
import { codeBlocks } from '../support/examples.ts';
import { testSecret } from '../support/keyring.ts';
import { commandOf, otherRuntimes } from '../support/runtimes.ts';
import { type RunningServer, startServerOn } from '../support/server.ts';
import { installLibrary, type Stranger } from '../support/stranger.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

/** The page's service on the deployment's database. */
const service = codeBlocks(readFileSync('README.md', 'utf8'), 'ts').find((code) =>
  code.includes('openVerifier'),
);

let product: RunningServer;
let stranger: Stranger;
beforeAll(async () => {
  product = await startServerOn('sqlite');
  stranger = await installLibrary('peers');
  const secret = Buffer.from(verificationSecretOf(testSecret)).toString('base64');
  await stranger.write({
    'readme.ts': `${service}\nexport { fetch };\n`,
    'called.mjs': `
      Object.assign(process.env, { DATABASE_URL: '${product.databaseUrl}', VERIFICATION_SECRET: '${secret}' });
      const { fetch } = await import('./readme.ts');
      const headers = { authorization: 'Bearer ' + process.argv[2] };
      const response = await fetch(new Request('http://127.0.0.1/hello', { headers }));
      console.log(response.status, await response.text());
      process.exit();
    `,
    'service.mjs': `
      import { Buffer } from 'node:buffer';
      import process from 'node:process';
      import { openVerifier } from '@reporisk/api-access/store';

      const databaseUrl = '${product.databaseUrl}';
      const verificationSecret = Buffer.from('${secret}', 'base64');
      const verifier = await openVerifier({ databaseUrl, verificationSecret });
      const told = [];
      for (let i = 0; i < 3; i++) {
        const outcome = await verifier.verify(process.argv[2], { scope: 'repos:read' });
        told.push(outcome.ok ? 'accepted' : outcome.reason);
      }
      await verifier[Symbol.asyncDispose]();
      const wrong = new Uint8Array(32);
      const refused = await openVerifier({ databaseUrl, verificationSecret: wrong }).catch((error) => error);
      console.log(JSON.stringify([...told, refused.message]));
    `,
  });
});
afterAll(async () => {
  await stranger[Symbol.asyncDispose]();
  await product[Symbol.asyncDispose]();
});

test.for(['node', ...otherRuntimes] as const)(
  'the installed openVerifier() keeps a key’s limit, counts its use, and takes no wrong secret, on %s',
  async (runtime, context) => {
    const command = runtime === 'node' ? [process.execPath] : commandOf(runtime);
    const [program, ...args] = command ?? [];
    if (program === undefined) return context.skip(`no ${runtime} is for this platform`);
    const json = { label: runtime, rate_limit: { limit: 2, window_seconds: 3600 } };
    const made = await product.fetch(keys, { as, json });
    const { key, raw_key: raw } = (await made.json()) as {
      readonly key: { readonly id: string };
      readonly raw_key: string;
    };
    const output = await stranger.run(program, ...args, 'service.mjs', raw);
    expect(JSON.parse(output)).toEqual([
      ...['accepted', 'accepted', 'rate_limited'],
      expect.stringContaining('verificationSecret'),
    ]);
    const usage = await product.fetch(`${keys}/${key.id}/usage`, { as });
    expect(await usage.json()).toMatchObject({ items: [{}, {}], refused: [{}] });
  },
);

test('the README’s service on the deployment’s database answers requests after its module has run', async () => {
  const made = await product.fetch(keys, { as, json: { label: 'README' } });
  const { raw_key: raw } = (await made.json()) as { readonly raw_key: string };
  const output = await stranger.run(process.execPath, 'called.mjs', raw);
  expect(output).toBe('200 {"hello":"README"}\n');
});
