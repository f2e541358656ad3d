import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { findKeys } from '../../../server/leaks/find-keys.ts';

const { key } = generateKey({ environment: 'live' });
const { key: sandbox } = generateKey({ environment: 'test' });
const imported = `rrk_live_${'-_'.repeat(21)}A`;
const percents = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const twice = (text: string) => percents(text).replaceAll('%', '%25');
const broken = (end: string) => `${key.slice(0, 20)}=${end}${key.slice(20)}`;

test.each([
  ['alone', key],
  ['in prose', `I found ${key}, and more.`],
  ['in quotes', `{"api_key":"${key}"}`],
  ['after Bearer', `Authorization: Bearer ${key}\r\n`],
  ['after NAME=', `export REPORISK_KEY=${key}`],
  ['after a quoted-printable =', `REPORISK_KEY=3D${key}`],
  ['in a URL', `https://example.com/r?key=${key}&page=2#end`],
  ['in the path of a URL', `https://example.com/${key}/x`],
  ['percent-encoded', `https://example.com/?next=${percents(`/r?key=${key}`)}`],
  ['percent-encoded in capitals', percents(key).toUpperCase()],
  ['percent-encoded twice', twice(`key=${key}`)],
  ['broken by quoted-printable', `REPORISK_KEY=3D${broken('\r\n')}`],
  ['broken by quoted-printable with line feeds', broken('\n')],
  ['percent-encoded and then broken', percents(key).replace('%6c', '%6=\r\nc')],
  ['broken and then percent-encoded', percents(broken('\r\n'))],
  ['behind another beginning', `rrk_live_${key}`],
  ['behind a lone percent', `100%${key}%2`],
])('findKeys() finds a key %s', async (_where, text) => {
  expect(await findKeys([text], 1000)).toContain(key);
});

test('findKeys() finds sandbox keys and imported ones, in all texts, each once', async () => {
  const texts = [`${sandbox} ${key}`, '', 'é\u0000\ud800', `${imported}\n${key}`];
  expect(await findKeys(texts, 1000)).toEqual([sandbox, key, imported]);
});

test.each([
  ['encoded three times', percents(twice(key))],
  ['that is cut', key.slice(0, -1)],
  ['in capitals', key.toUpperCase()],
  ['with a foreign prefix', key.replace('live', 'prod')],
])('findKeys() finds no key %s', async (_what, text) => {
  expect(await findKeys([text], 1000)).toEqual([]);
});

test('findKeys() ends at the most that is asked for, also where forms overlap', async () => {
  const text = Array.from({ length: 50 }, (_, index) => `rrk_live_${index}`)
    .join('')
    .padEnd(900, 'x');
  expect(await findKeys([text], 7)).toHaveLength(7);
  expect(await findKeys(['rrk_live_'.repeat(5_000)], 1000)).toHaveLength(1);
});
