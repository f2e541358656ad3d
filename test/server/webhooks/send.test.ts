import { expect, test } from 'vitest';
import { publicTargets, type TargetPolicy } from '../../../server/network/target-policy.ts';
import { loopbackTargets, outcome } from './delivering.ts';
import { startReceiver } from './receiver.ts';

const message = (url: string) => ({ url, headers: {}, body: '{"type":"a"}' });

test('send() connects to the address that was checked, whatever the name means next', async () => {
  await using receiver = await startReceiver();
  let asked = 0;
  const policy: TargetPolicy = {
    ...loopbackTargets,
    async resolve() {
      asked++;
      return [asked === 1 ? '127.0.0.1' : '203.0.113.1'];
    },
  };
  const url = receiver.url.replace('127.0.0.1', 'hooks.example');
  expect(await outcome(message(url), policy)).toEqual({ status: 204, error: null });
  expect(asked).toBe(1);
  expect(receiver.messages[0]?.headers.host).toMatch(/^hooks\.example:/);
});

test('send() opens no connection to an address that is not permitted', async () => {
  await using receiver = await startReceiver();
  const policy = { ...publicTargets, protocols: ['http:'], resolve: async () => ['127.0.0.1'] };
  for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'hooks.example')]) {
    expect(await outcome(message(url), policy)).toEqual({
      status: null,
      error: 'the host has an address that is not public',
    });
  }
  expect(receiver.messages).toEqual([]);
});

test('send() sends nothing in the clear', async () => {
  await using receiver = await startReceiver();
  const policy = { ...loopbackTargets, protocols: publicTargets.protocols };
  const result = await outcome(message(receiver.url), policy);
  expect(result.error).toBe('the URL scheme is not permitted');
  expect(receiver.messages).toEqual([]);
});

test('send() refuses a server whose TLS it cannot trust', async () => {
  await using receiver = await startReceiver();
  const url = receiver.url.replace('http:', 'https:');
  const { error } = await outcome(message(url), loopbackTargets);
  expect(error).toMatch(/^(no trusted TLS connection|connection failed)$/);
  expect(receiver.messages).toEqual([]);
});

test('send() gives up on a name that is never resolved', async () => {
  const late = new AbortController();
  const policy: TargetPolicy = {
    ...loopbackTargets,
    resolve() {
      setImmediate(() => late.abort());
      return new Promise(() => {});
    },
  };
  const result = await outcome(message('https://hooks.example/'), policy, late.signal);
  expect(result).toEqual({ status: null, error: 'no answer in time' });
});
