import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { attemptDelivery } from '../../../server/webhooks/attempt.ts';
import { testEncryption } from '../../support/keyring.ts';
import { loopbackTargets, manualTimers } from './delivering.ts';

/** An endpoint on loopback that treats each connection with `behave`, once a request has begun. */
async function startEndpoint(behave: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => behave(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Resolves when every connection was closed by the other side. */
    async left() {
      const closed = [...sockets].map(
        (socket) =>
          new Promise<void>((done) => (socket.closed ? done() : socket.once('close', done))),
      );
      await Promise.all(closed);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends a piece again and again, for as long as the connection takes it. */
function endlessly(socket: Socket, piece: string | Buffer): void {
  const again = () => {
    if (socket.destroyed) return;
    socket.write(piece, () => setImmediate(again));
  };
  again();
}

/** An attempt at an endpoint, whose time the test ends. */
function attemptAt(url: string) {
  const encryption = testEncryption();
  const secret = encryption.encrypt(`whsec_${Buffer.alloc(32, 255).toString('base64')}`, 'org_a');
  const webhook = {
    ...{ id: 'wh_1', orgId: 'org_a', url, events: [], isActive: true, disabledReason: null },
    ...{ secret, previousSecret: null, previousSecretUntil: null },
    ...{ createdAt: new Date(0), updatedAt: new Date(0) },
  };
  const timers = manualTimers();
  let count = 0;
  let wake = () => {};
  const timer = (milliseconds: number, run: () => void) => {
    count++;
    wake();
    return timers.after(milliseconds, run);
  };
  const options = { encryption, targets: loopbackTargets, now: () => 0, timer };
  const message = { eventId: 'msg_1', payload: '{}' };
  const { signal } = new AbortController();
  const done = attemptDelivery(webhook as never, message, signal, options);
  return {
    done,
    timeOut: timers.expire,
    /** Resolves when `wanted` timers were set. */
    async armed(wanted: number) {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const ok = 'HTTP/1.1 200 OK\r\n';

test.each([
  [
    'resets the connection',
    (socket: Socket) => socket.resetAndDestroy(),
    'the connection was closed before an answer',
  ],
  ['closes it', (socket: Socket) => socket.end(), 'the connection was closed before an answer'],
  [
    'speaks no HTTP',
    (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9\r\n'),
    'the answer is not HTTP',
  ],
  [
    'sends headers without end',
    (socket: Socket) => {
      socket.write(ok);
      endlessly(socket, `x-more: ${'a'.repeat(1_000)}\r\n`);
    },
    'the headers of the answer are too long',
  ],
] as const)('an attempt at an endpoint that %s ends, and says so', async (_what, behave, error) => {
  await using endpoint = await startEndpoint(behave);
  const attempt = await attemptAt(endpoint.url).done;
  expect(attempt).toMatchObject({ status: null, error, answer: null });
  await endpoint.left();
});

test('an attempt follows no redirect, and keeps what came with it', async () => {
  await using other = await startEndpoint((socket) => socket.end(`${ok}\r\n`));
  await using endpoint = await startEndpoint((socket) => {
    const location = `location: ${other.url}\r\ncontent-length: 5\r\n`;
    socket.write(`HTTP/1.1 302 Found\r\n${location}\r\nthere`);
  });
  const attempt = await attemptAt(endpoint.url).done;
  const said = { status: 302, error: 'HTTP 302: not followed', answer: 'there' };
  expect(attempt).toMatchObject(said);
  await endpoint.left();
});

test('an attempt reads four kilobytes of an endless body and closes the connection', async () => {
  await using endpoint = await startEndpoint((socket) => {
    socket.write(`${ok}\r\n`);
    endlessly(socket, 'ä'.repeat(1_000));
  });
  const attempt = await attemptAt(endpoint.url).done;
  expect(attempt).toMatchObject({ status: 200, error: null, answer: 'ä'.repeat(1_024) });
  await endpoint.left();
});

test('an attempt keeps what came of a body that drips, and takes its status', async () => {
  await using endpoint = await startEndpoint((socket) => socket.write(`${ok}\r\nx`));
  const { done, armed, timeOut } = attemptAt(endpoint.url);
  // That of the attempt, and with the first byte of the body that of the body.
  await armed(2);
  setImmediate(timeOut);
  expect(await done).toMatchObject({ status: 200, error: null, answer: 'x' });
  await endpoint.left();
});

test('an attempt at an endpoint whose headers drip ends with its time', async () => {
  const dripping = Promise.withResolvers<void>();
  await using endpoint = await startEndpoint((socket) => {
    socket.write(ok, () => socket.write('x', () => dripping.resolve()));
  });
  const { done, timeOut } = attemptAt(endpoint.url);
  await dripping.promise;
  timeOut();
  expect(await done).toMatchObject({ status: null, error: 'no answer in time', answer: null });
  await endpoint.left();
});

test.each([
  ['no text', Buffer.from([0xff, 0x00, 0x1b, 0x5d, 0x9f, 0x41]), '\ufffd\ufffd\ufffd]\ufffdA'],
  ['lines', Buffer.from('a\r\nb\n\tc'), 'a\nb\n\tc'],
  ['a character that the end divides', Buffer.from(`${'x'.repeat(2_047)}ä`), 'x'.repeat(2_047)],
])('an answer that is %s is kept as text', async (_what, body, answer) => {
  await using endpoint = await startEndpoint((socket) => {
    socket.write(`${ok}content-length: ${body.length}\r\n\r\n`);
    socket.write(body);
  });
  expect((await attemptAt(endpoint.url).done).answer).toBe(answer);
});

test('an answer is kept without the signing secret, however it is written', async () => {
  const base64 = Buffer.alloc(32, 255).toString('base64');
  const inJson = base64.replaceAll('/', '\\/');
  const inUrl = encodeURIComponent(base64);
  const body = [`whsec_${base64}`, base64, inJson, inUrl, 'whsec_cut'].join(' ');
  await using endpoint = await startEndpoint((socket) => {
    socket.write(`${ok}content-length: ${body.length}\r\n\r\n${body}`);
  });
  const { answer } = await attemptAt(endpoint.url).done;
  expect(answer).toBe(Array(5).fill('[signing secret]').join(' '));
});
