import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeBlocks } from '../support/examples.ts';
import { installLibrary } from '../support/stranger.ts';

const document = readFileSync('.ci/packages/api-access.md', 'utf8');
const [, section = ''] = document.split('\n## Write a store of your own\n');
const [inMap = '', inTable = '', contract = ''] = codeBlocks(section, 'ts');

/** The report of Node's runner on a store of the page. */
async function reportOn(store: string): Promise<string> {
  await using stranger = await installLibrary();
  await stranger.write({ 'store.ts': store, 'store.test.ts': contract });
  return await stranger.run(process.execPath, '--test', '--test-reporter=tap', 'store.test.ts');
}

test.each([
  ['a map', inMap],
  ['an SQL table', inTable],
])('the page’s store in %s passes the exported contract', async (_place, store) => {
  const report = await reportOn(store);
  expect(report).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(25);
});

test('the exported contract fails in Node’s runner where a store forgets what changed', async () => {
  const forgetful = inMap.replace(
    'keys.set(lookup, key)',
    'keys.has(lookup) || keys.set(lookup, key)',
  );
  expect(forgetful).not.toBe(inMap);
  await expect(reportOn(forgetful)).rejects.toThrow('it accepted the key afterwards');
});
