import fc from 'fast-check';
import { expect, test } from 'vitest';
import { credentialFrom } from '../../../core/mod.ts';

const key = 'rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW';
const bearer = { kind: 'bearer', token: key };

test.each([
  `Bearer ${key}`,
  `bearer ${key}`,
  `BEARER ${key}`,
  `bEaReR   ${key}`,
  ` Bearer ${key} `,
])('credentialFrom() reads %j', (authorization) => {
  expect(credentialFrom(new Headers({ authorization }))).toEqual(bearer);
});

test.each([
  ...['', 'Bearer', 'Bearer ', key, `Bearer${key}`, `Bearer\t${key}`, `Bearer: ${key}`],
  ...[`Bearer ${key} ${key}`, `Bearer ${key},`, `Bearer "${key}"`, `Bearer key=${key}`],
  ...[`Basic ${key}`, `Token ${key}`, `XBearer ${key}`, `Bearer =`, `Bearer a=b`, `Bearer é`],
])('credentialFrom() refuses %j', (authorization) => {
  expect(credentialFrom(new Headers({ authorization }))).toEqual({ kind: 'invalid' });
});

test('credentialFrom() refuses a repeated Authorization header, even of the same value', () => {
  const headers = new Headers();
  headers.append('Authorization', `Bearer ${key}`);
  headers.append('Authorization', `Bearer ${key}`);
  expect(credentialFrom(headers)).toEqual({ kind: 'invalid' });
});

test.each<[string, string[], string[], string]>([
  ['nothing', [], [], 'missing'],
  ['X-API-Key alone, which this dialect does not read', [], [key], 'missing'],
  ['X-API-Key twice', [], [key, key], 'invalid'],
  ['both with the same key', [`Bearer ${key}`], [key], 'bearer'],
  ['both with different keys', [`Bearer ${key}`], [`${key}x`], 'invalid'],
  ['both, and X-API-Key twice', [`Bearer ${key}`], [key, key], 'invalid'],
  ['both, and X-API-Key empty', [`Bearer ${key}`], [''], 'invalid'],
  ['a Basic credential and X-API-Key', ['Basic YTpi'], [key], 'invalid'],
])('credentialFrom() given %s', (_, authorization, apiKey, kind) => {
  const headers = new Headers();
  for (const value of authorization) headers.append('Authorization', value);
  for (const value of apiKey) headers.append('X-API-Key', value);
  expect(credentialFrom(headers).kind).toBe(kind);
});

test('credentialFrom() reads a request like its headers', () => {
  const headers = { Authorization: `Bearer ${key}` };
  expect(credentialFrom(new Request('https://example.com/', { headers }))).toEqual(bearer);
});

test('credentialFrom() never throws, and hands on token68 characters only', () => {
  const value = fc.string({
    unit: fc.integer({ min: 32, max: 255 }).map((c) => String.fromCharCode(c)),
  });
  fc.assert(
    fc.property(value, fc.constantFrom('', 'Bearer '), (text, scheme) => {
      const credential = credentialFrom(new Headers({ authorization: scheme + text }));
      if (credential.kind === 'bearer') expect(credential.token).toMatch(/^[\w\-.~+/]+=*$/);
    }),
  );
});

test('credentialFrom() takes a time that grows with the length only', () => {
  for (const hostile of [`Bearer ${' '.repeat(1e5)}!`, `Bearer ${'a'.repeat(1e5)}!`]) {
    const started = performance.now();
    expect(credentialFrom(new Headers({ authorization: hostile })).kind).toBe('invalid');
    expect(performance.now() - started).toBeLessThan(1000);
  }
});
