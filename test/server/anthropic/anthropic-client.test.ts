import { afterEach, expect, test, vi } from 'vitest';
import { createAnthropicClient } from '../../../server/anthropic/anthropic-client.ts';
import { AnthropicFailure } from '../../../server/anthropic/anthropic-failure.ts';
import {
  type AnthropicReply,
  anthropicKey,
  anthropicServer,
  atOnce,
  refusals,
} from '../../support/anthropic-server.ts';

const key = anthropicKey('one');
const schema = { type: 'object', properties: { risk: { type: 'string' } } };
const question = { system: 'Judge it.', content: 'rm -rf /', schema, maxTokens: 100 };
const { signal } = new AbortController();

async function start(model = 'claude-test') {
  const server = await anthropicServer();
  const client = createAnthropicClient({ baseUrl: server.url, model });
  const dispose = () => server[Symbol.asyncDispose]();
  return { server, client, [Symbol.asyncDispose]: dispose };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

const faultOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(AnthropicFailure);
  // Nothing of the request or the answer is in it.
  expect(JSON.stringify([error.message, error.stack, error.cause ?? null])).not.toContain('sk-ant');
  return error.fault;
};

test('ask() sends the question with its schema, and gives the JSON and the tokens', async () => {
  await using it = await start();
  it.server.answer = { risk: 'high' };
  expect(await it.client.ask(key, question, signal)).toEqual({
    value: { risk: 'high' },
    usage: { inputTokens: 1_000, outputTokens: 200 },
  });
  expect(it.server.requests).toMatchObject([
    {
      path: '/v1/messages',
      key,
      body: {
        model: 'claude-test',
        max_tokens: 8_100,
        system: 'Judge it.',
        messages: [{ role: 'user', content: 'rm -rf /' }],
        output_config: { format: { type: 'json_schema', schema } },
      },
    },
  ]);
});

test('ask() gives no value of an answer that was cut short or is no JSON', async () => {
  await using it = await start();
  it.server.stopReason = 'max_tokens';
  expect(await it.client.ask(key, question, signal)).toMatchObject({ value: undefined });
});

test.each<[string, AnthropicReply]>([
  ['429', { status: 429, type: 'rate_limit_error', headers: atOnce }],
  ['529', { status: 529, type: 'overloaded_error', headers: atOnce }],
  ['500', { status: 500, type: 'api_error', headers: atOnce }],
  ['a cut connection', 'cut'],
])('ask() repeats the question after %s', async (_name, reply) => {
  await using it = await start();
  it.server.reply(reply);
  it.server.answer = 1;
  expect(await it.client.ask(key, question, signal)).toMatchObject({ value: 1 });
  expect(it.server.requests).toHaveLength(2);
});

test.each([
  { 'retry-after': '3600' },
  { 'retry-after-ms': '3600000' },
  { 'retry-after': '1', 'retry-after-ms': '3600000' },
  { 'retry-after-ms': 'soon', 'retry-after': '3600' },
])('ask() leaves a long wait to the caller: %j', async (headers) => {
  await using it = await start();
  it.server.reply({ status: 429, type: 'rate_limit_error', headers });
  await expect(it.client.ask(key, question, signal)).rejects.toMatchObject({
    fault: 'unavailable',
    retryAfterMs: 3_600_000,
  });
  expect(it.server.requests).toHaveLength(1);
});

test('a wait that cannot be read is none', async () => {
  await using it = await start();
  // The SDK alone would wait an hour.
  it.server.reply({ status: 429, type: 'rate_limit_error', headers: { 'retry-after': '3600s' } });
  it.server.answer = 1;
  expect(await it.client.ask(key, question, signal)).toMatchObject({ value: 1 });
});

test.each<[string, AnthropicReply, string]>([
  ['401', refusals.rejected, 'rejected'],
  ['403', refusals.forbidden, 'forbidden'],
  ['403 of something else', { status: 403, type: 'forbidden' }, 'unavailable'],
  ['400 for the credit balance', refusals.billing, 'billing'],
  ['402', { status: 402, type: 'billing_error' }, 'billing'],
  ['another 400', { status: 400, type: 'invalid_request_error' }, 'question'],
  ['413', { status: 413, type: 'request_too_large' }, 'question'],
  ['404', { status: 404, type: 'not_found_error' }, 'model'],
])('ask() and check() know the fault of %s', async (_name, reply, fault) => {
  await using it = await start();
  it.server.refuse(key, reply);
  expect(await faultOf(it.client.ask(key, question, signal))).toBe(fault);
  expect(await faultOf(it.client.check(key))).toBe(fault);
});

test('ask() is aborted by its signal, with its reason', async () => {
  await using it = await start();
  const stop = new AbortController();
  const reason = new Error('cancelled');
  it.server.onQuestion = async () => stop.abort(reason);
  await expect(it.client.ask(key, question, stop.signal)).rejects.toBe(reason);
});

test('check() asks for the model, and uses no tokens', async () => {
  await using it = await start();
  await it.client.check(key);
  expect(it.server.requests).toMatchObject([{ path: '/v1/models/claude-test', key }]);
});

test('the client reads nothing from the environment, sends no header of its, and prints nothing', async () => {
  vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-of-the-environment');
  vi.stubEnv('ANTHROPIC_API_KEY', anthropicKey('environment'));
  vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', 'x-api-key: other\nx-injected: yes\nuser-agent: other');
  vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
  vi.stubEnv('ANTHROPIC_LOG', 'debug');
  const printed = [vi.spyOn(console, 'debug'), vi.spyOn(console, 'warn')];
  // Of a model about which the SDK warns.
  await using it = await start('claude-sonnet-4-5');
  await it.client.ask(key, question, signal);
  const [request] = it.server.requests;
  const { host, connection, 'content-length': length, ...headers } = request?.headers ?? {};
  expect(headers).toEqual({
    'x-api-key': key,
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'reporisk',
    'accept-language': '*',
    'sec-fetch-mode': 'cors',
    'accept-encoding': expect.any(String),
  });
  for (const each of printed) expect(each).not.toHaveBeenCalled();
});

test('a redirect is not followed: the key goes to no other host', async () => {
  await using it = await start();
  await using other = await anthropicServer();
  const headers = { location: `${other.url}/v1/models/claude-test` };
  it.server.reply({ status: 307, type: 'redirect', headers });
  expect(await faultOf(it.client.check(key))).toBe('unavailable');
  expect(other.requests).toEqual([]);
});
