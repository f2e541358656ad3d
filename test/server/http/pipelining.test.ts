import { once } from 'node:events';
import { connect } from 'node:net';
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
  return { calls, socket, [Symbol.asyncDispose]: () => running.disposeAsync() };
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

test('a connection with more requests waiting than any client sends ends, and begins no other', async () => {
  await using client = await connected();
  const { calls, socket } = client;
  const closed = once(socket, 'close');
  socket.write(requests(1_000).join(''));
  await closed;
  calls[0]?.answer();
  expect(calls).toHaveLength(1);
});
