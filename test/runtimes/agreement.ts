import {
  addressAllowed,
  createMemoryKeyStore,
  createVerifier,
  generateKey,
  type KeyRecord,
  newId,
  nobleHashing,
  normalizeCidr,
  parseKey,
  pepperedScheme,
  protect,
  type RandomSource,
  recognizeKey,
} from '../../core/mod.ts';
import vectors from '../vectors/reporisk-key-format.json' with { type: 'json' };

const counting: RandomSource = (length) => Uint8Array.from({ length }, (_, i) => (i * 37) % 251);

async function protectedCalls() {
  const scheme = pepperedScheme(new Uint8Array(32).fill(7));
  const store = createMemoryKeyStore();
  const { key, preview } = generateKey({ random: counting });
  const lookup = scheme.lookup(nobleHashing.sha256(key));
  const record: KeyRecord = {
    id: newId('key', 1_790_000_000_000, counting),
    dialect: 'reporisk',
    environment: 'live',
    label: 'CI Pipeline',
    preview,
    organization: { id: 'org_1', name: 'Acme', tier: 3 },
    subOrg: { id: 7, active: true },
    owner: { kind: 'member', id: 'user_1', role: 'admin' },
    projectId: null,
    scopes: ['repos:read'],
    ipAllowList: ['203.0.113.0/24'],
    rateLimit: null,
    disabled: false,
    expiresAt: null,
    revokedAt: null,
    secretExpiresAt: null,
  };
  const seal = scheme.seal(record.id, record.organization.id, lookup);
  store.put(lookup, { record, seal });
  const handler = protect(
    createVerifier({ store, schemes: [scheme] }),
    (_request, verified, _address: string) => Response.json(verified),
    { scope: 'repos:read', address: (_request, address) => address },
  );
  const call = async (authorization: string, address: string) => {
    const headers = { Authorization: authorization };
    const response = await handler(new Request('https://example.com/', { headers }), address);
    return { status: response.status, body: await response.json() };
  };
  return [
    await call(`Bearer ${key}`, '203.0.113.7'),
    await call(`Bearer ${key}`, '198.51.100.1'),
    await call(`Bearer ${key}x`, '203.0.113.7'),
    await call('Basic YTpi', '203.0.113.7'),
  ];
}

/**
 * Core's results on this runtime, as one line of JSON. Uses core and the language, nothing else: every
 * runtime can run it unchanged.
 */
export async function agreement(): Promise<string> {
  return JSON.stringify({
    valid: vectors.valid.map(({ key }) => ({
      ...parseKey(key),
      key,
      sha256: nobleHashing.sha256(key),
    })),
    invalid: vectors.invalid.map(({ key }) => ({
      parsed: parseKey(key),
      checksummed: recognizeKey(key)?.checksummed ?? null,
    })),
    generated: generateKey({ environment: 'test', random: counting }),
    secureKeyIsWellFormed: recognizeKey(generateKey().key)?.checksummed,
    id: newId('key', 1_790_000_000_000, counting),
    address: [
      normalizeCidr('2001:DB8:0:0:1::/80'),
      addressAllowed(['203.0.113.0/24'], '::ffff:203.0.113.7'),
    ],
    calls: await protectedCalls(),
  });
}
