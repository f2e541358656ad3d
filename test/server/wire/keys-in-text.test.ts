import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import { holdsKey, withoutKeys } from '../../../server/wire/keys-in-text.ts';
import { anthropicKey } from '../../support/anthropic-server.ts';

const { key } = generateKey();
const anthropic = anthropicKey('text');
const encoded = [...key].map((each) => `%${each.charCodeAt(0).toString(16)}`).join('');

test.each([
  ['as it is', `bot/${key}`, 'bot/[API key]'],
  ['of Anthropic', `key=${anthropic}`, 'key=[API key]'],
  ['of Anthropic, encoded', `a?${anthropic.replaceAll('-', '%2D')}`, '[API key]'],
  ['with its underscores encoded', `bot/${key.replaceAll('_', '%5F')}`, '[API key]'],
  ['encoded', `bot/${encoded}`, '[API key]'],
  ['encoded twice', `bot/${encoded.replaceAll('%', '%25')}`, '[API key]'],
  ['encoded beside one that is not', `${key} ${encoded}`, '[API key]'],
])('a key %s is seen and blotted out', (_how, text, blotted) => {
  expect(holdsKey(text)).toBe(true);
  expect(withoutKeys(text)).toBe(blotted);
});

test.each([
  '',
  'curl/8.5',
  '100 %',
  '%zz %',
  'rrk_live_AbCd••••Xy1z',
  'rrk_live_short',
  'sk-ant-api03-AbCd••••Xy1z',
])('%j holds none, and stays', (text) => {
  expect(holdsKey(text)).toBe(false);
  expect(withoutKeys(text)).toBe(text);
});
