/**
 * Sends a server the same request over and over, over connections that stay open. A separate
 * process, and nothing but sockets: a client that parses would be slower than the server it
 * measures.
 *
 * @module
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { answering } from '../processes/answering.ts';

/** The request, and its target. */
export interface LoadTarget {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON to post; a GET when absent. */
  readonly json?: string;
}

/** For how long, over how many connections. */
export interface LoadSettings extends LoadTarget {
  readonly milliseconds: number;
  readonly connections: number;
}

/** The beginning of 200, 201, 202. */
const ok = Buffer.from('HTTP/1.1 20');
const endOfHead = Buffer.from('\r\n\r\n');

/** Requests answered per second, and how long answers took, in milliseconds. */
interface Loaded {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function load(settings: LoadSettings): Promise<Loaded> {
  const { port, path, json, milliseconds, connections } = settings;
  const headers = {
    ...settings.headers,
    ...(json && { 'Content-Type': 'application/json', 'Content-Length': json.length }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `${json === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  const request = `${start}${lines.join('')}\r\n${json ?? ''}`;
  const took: number[] = [];
  let isOver = false;
  const failures: string[] = [];

  async function client(): Promise<void> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    let length = 0;
    let expected: number | null = null;
    let sent = performance.now();
    socket.on('data', (chunk) => {
      if (expected === null) {
        if (!chunk.subarray(0, ok.length).equals(ok)) failures.push(chunk.toString());
        expected = lengthOf(chunk);
      }
      length += chunk.length;
      if (length < expected) return;
      took.push(performance.now() - sent);
      length = 0;
      expected = null;
      if (isOver || failures.length > 0) socket.end();
      else {
        sent = performance.now();
        socket.write(request);
      }
    });
    socket.write(request);
    await closed;
  }

  const started = performance.now();
  const clients = Array.from({ length: connections }, client);
  // Never asleep: to wake this process costs the server several microseconds of the answer it sends,
  // and a slower server, whose answers find it asleep more often, would pay them more often.
  let isWaiting = true;
  const stayAwake = () => void (isWaiting && setImmediate(stayAwake));
  stayAwake();
  await setTimeout(milliseconds);
  isOver = true;
  await Promise.all(clients);
  isWaiting = false;
  const [failure] = failures;
  if (failure !== undefined) throw new Error(`answered ${failure}`);
  const perSecond = (took.length * 1000) / (performance.now() - started);
  took.sort((one, other) => one - other);
  const at = (share: number) => took[Math.floor(share * (took.length - 1))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}

/** The length of a response, head and body: its head comes in one piece. */
function lengthOf(chunk: Buffer): number {
  const head = chunk.indexOf(endOfHead);
  const declared = /\r\ncontent-length: (\d+)/i.exec(chunk.toString('latin1', 0, head));
  if (head === -1 || declared === null) throw new Error('a response without a length');
  return head + endOfHead.length + Number(declared[1]);
}

const commands = { load };

/** The commands of the load process. */
export type LoadCommands = typeof commands;

answering(commands);
