import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Sends raw bytes and returns the server's whole answer until it closes: for requests that no HTTP
 * client would send.
 */
export async function rawRequest(url: string, request: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(request);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** A request without a body, as lines; the server closes after its answer. */
export function head(method: string, path: string, headers: readonly string[]): string {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...headers,
    '',
    '',
  ].join('\r\n');
}

/** Status and body of an answer that came as bytes. */
export function parsed(response: string): { status: number; body: string; head: string } {
  const end = response.indexOf('\r\n\r\n');
  const head = response.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const rest = response.slice(end + 4);
  const isChunked = /^transfer-encoding: chunked$/im.test(head);
  return { status, head, body: isChunked ? unchunked(rest) : rest };
}

function unchunked(text: string): string {
  const size = Number.parseInt(text, 16);
  if (!(size > 0)) return '';
  const start = text.indexOf('\r\n') + 2;
  return text.slice(start, start + size) + unchunked(text.slice(start + size + 2));
}
