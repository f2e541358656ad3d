import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serverProcess } from '../support/server-process.ts';

test('an upload that a kill -9 cut off is gone after the next start; those of others stay', async () => {
  await using first = await serverProcess();
  const { hostname, port } = new URL(first.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  const lines = [
    'POST /api/v1/extensions/upload HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${await first.token('parent-admin')}`,
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 1000000',
    '',
    '--b',
    'Content-Disposition: form-data; name="file"; filename="a.zip"',
    '',
    'PK',
  ];
  socket.write(lines.join('\r\n'));
  const uploads = join(first.folder, '.data', 'uploads');
  const incoming = () => readdir(uploads).catch(() => []);
  await expect.poll(incoming).toHaveLength(1);
  await first.kill();
  socket.destroy();
  const [left = ''] = await incoming();

  // Of a process that lives, of another machine just now, and long ago.
  const live = left.replace(/-\d+-/, `-${process.pid}-`);
  const [elsewhere, old] = ['incoming-elsewhere-1-new', 'incoming-elsewhere-1-old'];
  await mkdir(uploads, { recursive: true });
  // Folders of scans likewise; and a file that an earlier version kept.
  const scan = left.replace('incoming', 'scan');
  const liveScan = live.replace('incoming', 'scan');
  for (const name of [scan, liveScan]) {
    await mkdir(join(uploads, name, 'work'), { recursive: true });
  }
  await writeFile(join(uploads, 'a'.repeat(64)), 'PK');
  for (const name of [live, elsewhere, old]) await writeFile(join(uploads, name), 'PK');
  await utimes(join(uploads, old), 1_000, 1_000);
  await using _second = await serverProcess({}, first.folder);
  expect((await incoming()).toSorted()).toEqual([elsewhere, live, liveScan].toSorted());
});
