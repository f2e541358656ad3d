import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';

const keys = '/api/v1/settings/api-keys';

/** Sends a request by a client that decodes nothing. */
async function sent(
  server: RunningServer,
  path: string,
  { accept, json }: { accept?: string; json?: object } = {},
) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const outgoing = request(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${server.token('parent-admin')}`,
      ...(accept === undefined ? {} : { 'accept-encoding': accept }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  const coding = response.headers['content-encoding'];
  return {
    coding,
    vary: response.headers.vary,
    length: bytes.length,
    text: (coding === 'gzip' ? gunzipSync(bytes) : bytes).toString(),
  };
}

// Long enough that compressing it would save something.
const addresses = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`);

onOneServerEach((server) => {
  test('a long answer is compressed for a client that takes gzip', async () => {
    const created = await sent(server(), keys, {
      accept: 'gzip',
      json: { label: 'CI', ip_allow_list: addresses },
    });
    expect(created.text).toContain('raw_key');
    // A secret's length would reveal what it has in common with the rest.
    expect([created.coding, created.vary]).toEqual([undefined, undefined]);
    expect(created.length).toBeGreaterThan(1_024);

    const plain = await sent(server(), keys);
    expect([plain.coding, plain.vary]).toEqual([undefined, 'Accept-Encoding']);
    for (const accept of ['gzip', 'br;q=1.0, GZIP ; q=0.8', 'gzip, deflate, br']) {
      const listed = await sent(server(), keys, { accept });
      expect([listed.coding, listed.vary]).toEqual(['gzip', 'Accept-Encoding']);
      expect(listed.text).toBe(plain.text);
      expect(listed.length).toBeLessThan(plain.length / 2);
    }
    for (const accept of ['gzip;q=0', 'gzip;q=0.0', 'br', 'xgzip', '']) {
      expect((await sent(server(), keys, { accept })).coding).toBe(undefined);
    }
  });

  test('a short answer is sent as it is', async () => {
    const short = await sent(server(), '/api/v1/settings/api-keys/status', { accept: 'gzip' });
    expect([short.coding, short.vary]).toEqual([undefined, undefined]);
  });

  test('the description of the API is compressed', async () => {
    const plain = await sent(server(), '/openapi.json');
    const zipped = await sent(server(), '/openapi.json', { accept: 'gzip' });
    expect(zipped.coding).toBe('gzip');
    expect(zipped.text).toBe(plain.text);
    expect(zipped.length).toBeLessThan(plain.length / 5);
  });
});
