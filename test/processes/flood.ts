import { once } from 'node:events';
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

/** The bytes to send, and the number of connections, none of which reads. */
export interface Flood {
  readonly url: string;
  readonly connections: number;
  readonly lines: readonly string[];
  readonly body: string;
}

// Runs as a worker: its work is not measured with the server's answers.
const { url, connections, lines, body }: Flood = workerData;

for (let count = 0; count < connections; count += 1) void send();

async function send(): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  const length = lines[0]?.startsWith('POST') ? [`Content-Length: ${body.length}`] : [];
  socket.write([...lines, 'Host: localhost', ...length, '', ''].join('\r\n'));
  socket.write(body);
}
