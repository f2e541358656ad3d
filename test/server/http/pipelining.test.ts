import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createListener } from '../../../server/listener.ts';

const request = (index: number) => `GET /${index} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const requests = (count: number) => Array.from({ length: count }, (_, index) => request(index));

/** A listener before an app whose answers the test gives, and a connection to it. */
async function connected() {
  await using resources = new AsyncDisposableStack();
  const calls: { path: string; answer: () => void }[] = [];
  const listener = createListener({
    fetch: (asked) => {
      const path = new URL(asked.url).pathname;
      const { promise, resolve } = Promise.withResolvers<Response>();
      calls.push({ path, answer: () => resolve(new Response(path)) });
      return promise;
    },
  });
  let reading: Socket | undefined;
  listener.on('connection', (accepted: Socket) => {
    reading = accepted;
  });
  let parsed = 0;
  listener.on('request', () => {
    parsed += 1;
  });
  resources.defer(() => {
    listener.closeAllConnections();
    listener.close();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  resources.defer(() => void socket.destroy());
  const running = resources.move();
  return {
    calls,
    socket,
    parsed: () => parsed,
    isRead: () => reading?.isPaused() === false,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('pipelined requests are answered in turn: the next begins when the answer before was taken', async () => {
  await using client = await connected();
  const { calls, socket } = client;
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write(requests(16).join(''));
  for (let index = 0; index < 16; index += 1) {
    await expect.poll(() => calls.length).toBe(index + 1);
    expect(calls.map(({ path }) => path)).toEqual(requests(index + 1).map((_, at) => `/${at}`));
    calls[index]?.answer();
  }
  await expect.poll(() => text.match(/\/\d+/g)?.at(-1)).toBe('/15');
});

test('of a thousand requests at once only some are parsed before the first is answered', async () => {
  await using client = await connected();
  const { calls, socket, parsed } = client;
  socket.on('data', () => {});
  socket.write(requests(1_000).join(''));
  await expect.poll(() => calls.length).toBe(1);
  for (let index = 0; index < 1_000; index += 1) {
    expect(parsed()).toBeLessThan(index + 4 + 1024 / request(0).length);
    calls[index]?.answer();
    await expect.poll(() => calls.length, { interval: 1 }).toBe(Math.min(index + 2, 1_000));
  }
  expect(calls.map(({ path }) => path)).toEqual(requests(1_000).map((_, at) => `/${at}`));
});

test('what follows no request is not read while an answer is owed, and then the connection ends', async () => {
  await using client = await connected();
  const { calls, socket, isRead } = client;
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write(`${request(0)}no request\r\n\r\n`);
  await expect.poll(() => calls.length).toBe(1);
  await expect.poll(isRead).toBe(false);
  socket.write(Buffer.alloc(4 * 1024 * 1024, 'x'));
  calls[0]?.answer();
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1.1 200 OK/);
  expect(text).toMatch(/\/0$/);
});
