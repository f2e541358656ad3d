import { expect, test } from 'vitest';
import {
  createMemoryKeyStore,
  createVerifier,
  generateKey,
  type KeyRecord,
  nobleHashing,
  protect,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';

const { key } = generateKey();

function verifierOf(differences: Partial<KeyRecord> = {}) {
  const store = createMemoryKeyStore();
  store.put(nobleHashing.sha256(key), { record: keyRecord(differences), seal: null });
  return createVerifier({ store });
}

const call = (authorization?: string) =>
  new Request('https://example.com/', authorization ? { headers: { authorization } } : {});
const hello = (_: Request, verified: KeyRecord) => new Response(`hello ${verified.label}`);

test('protect() calls the handler with the verified key', async () => {
  const handler = protect(verifierOf(), hello, { scope: 'repos:read' });
  const response = await handler(call(`Bearer ${key}`));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('hello CI Pipeline');
});

test.each<[string, string | undefined, Partial<KeyRecord>, number, string]>([
  ['no key', undefined, {}, 401, 'Missing API key'],
  ['another scheme', 'Basic YTpi', {}, 401, 'Invalid API key'],
  ['no well-formed key', 'Bearer abc', {}, 401, 'Invalid API key'],
  ['an unknown key', `Bearer ${generateKey().key}`, {}, 401, 'Invalid API key'],
  ['a revoked key', `Bearer ${key}`, { revokedAt: 1 }, 401, 'Invalid API key'],
  ['no such scope', `Bearer ${key}`, { scopes: [] }, 403, 'Insufficient permissions'],
])('protect() answers %s itself', async (_, authorization, differences, status, detail) => {
  const handler = protect(
    verifierOf(differences),
    () => {
      throw new Error('called without a key');
    },
    { scope: 'repos:read' },
  );
  const response = await handler(call(authorization));
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ detail });
});

test('protect() without a scope asks only for a valid key', async () => {
  const response = await protect(verifierOf({ scopes: [] }), hello)(call(`Bearer ${key}`));
  expect(response.status).toBe(200);
});

test('protect() passes on what the runtime passes, and learns the address from it', async () => {
  interface Connection {
    readonly peer: string;
  }
  const handler = protect(
    verifierOf({ ipAllowList: ['203.0.113.0/24'] }),
    (_request, _key, { peer }: Connection) => new Response(peer),
    { address: (_request, { peer }) => peer },
  );
  const inside = await handler(call(`Bearer ${key}`), { peer: '203.0.113.7' });
  expect(await inside.text()).toBe('203.0.113.7');
  const outside = await handler(call(`Bearer ${key}`), { peer: '198.51.100.1' });
  expect(outside.status).toBe(403);
});

test('protect() refuses a key with an allow list where no address is known', async () => {
  const handler = protect(verifierOf({ ipAllowList: ['0.0.0.0/0'] }), hello);
  expect((await handler(call(`Bearer ${key}`))).status).toBe(403);
});

test('protect() answers 503 when the store cannot be asked', async () => {
  const find = () => Promise.reject(new Error('away'));
  const verifier = createVerifier({ store: { find }, onError: () => {} });
  const response = await protect(verifier, hello)(call(`Bearer ${key}`));
  expect(response.status).toBe(503);
  expect(response.headers.get('Retry-After')).toBe('1');
});

test('protect() lets what the handler throws pass', async () => {
  const handler = protect(verifierOf(), () => {
    throw new RangeError('mine');
  });
  await expect(handler(call(`Bearer ${key}`))).rejects.toThrow(RangeError);
});

test('protect() throws for a scope that is none, which no request could satisfy', () => {
  const misspelt: string = 'repo:read';
  // @ts-expect-error: the type refuses it as well.
  expect(() => protect(verifierOf(), hello, { scope: misspelt })).toThrow('no scope repo:read');
});
