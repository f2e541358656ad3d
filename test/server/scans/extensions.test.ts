import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describedDownload, downloadOf } from '../../../server/scans/marketplaces.ts';
import { ScanFailure } from '../../../server/scans/scan-failure.ts';
import { startGitServer } from '../../support/git-server.ts';
import { crxOf, type ZipEntry, zipOf } from '../../support/zip.ts';
import { scanIn } from './scanning.ts';

/** Scans an archive of these bytes, which stay as they are. */
async function scanArchive(bytes: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'scan-archive-'));
  const path = join(folder, 'upload');
  await writeFile(path, bytes);
  const result = await scanIn({ kind: 'extension_file', path, name: 'a.zip' });
  const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  expect(digest(await readFile(path))).toBe(digest(bytes));
  expect(result.left).toEqual([]);
  await rm(folder, { recursive: true });
  const found = result.report?.findings.map(({ rule, file }) => [rule, file]) ?? [];
  return { ...result, found };
}

const chromeManifest = JSON.stringify({
  manifest_version: 3,
  permissions: ['cookies', 'debugger'],
  host_permissions: ['<all_urls>'],
  content_scripts: [{ matches: ['*://*/*'], js: ['a.js'] }],
  content_security_policy: { extension_pages: "script-src 'self' 'unsafe-eval'" },
});
const chrome = [
  { name: 'manifest.json', content: chromeManifest },
  { name: 'a.js', content: `var a=1;${'c=a+1;'.repeat(1000)}` },
];
const chromeFinds = [
  ['extension-sessions', 'manifest.json'],
  ['extension-remote-code', 'manifest.json'],
  ['extension-all-sites', 'manifest.json'],
  ['extension-permission', 'manifest.json'],
];

test.concurrent.each([
  ['.zip', zipOf(chrome)],
  ['.crx of version 2', crxOf(2, zipOf(chrome))],
  ['.crx of version 3', crxOf(3, zipOf(chrome))],
])('scan() reads a %s', async (_kind, bytes) => {
  const { found, report } = await scanArchive(bytes);
  expect(found).toEqual(chromeFinds);
  expect(report?.partial).toBe(false);
});

test.concurrent('scan() reads a .vsix', async () => {
  const manifest = JSON.stringify({ engines: { vscode: '^1.90.0' }, activationEvents: ['*'] });
  const { found } = await scanArchive(
    zipOf([
      { name: 'extension/package.json', content: manifest },
      { name: 'extension/dist/main.js', content: 'eval(atob("YWxlcnQoMSk="));' },
    ]),
  );
  expect(found).toEqual([
    ['decoded-code', 'extension/dist/main.js'],
    ['extension-always-active', 'extension/package.json'],
  ]);
});

const plain = { name: 'a.js', content: 'run();' };
const zeros = Buffer.alloc(40 * 1024 * 1024);

test.concurrent.each<[string, ZipEntry[], string[][], string | null]>([
  [
    'a bomb',
    Array.from({ length: 9 }, (_, at) => ({ name: `${at}.bin`, content: zeros })),
    [
      ['archive-bomb', '7.bin'],
      ['scan-incomplete', '-'],
    ],
    'Not read: the ends of very large files. Not read: everything beyond the first 300 MiB.',
  ],
  [
    'names that leave the folder',
    [{ ...plain, name: '../../a.js' }],
    [['hostile-name', '../../a.js']],
    null,
  ],
  ['an absolute name', [{ ...plain, name: '/etc/a.js' }], [['hostile-name', '/etc/a.js']], null],
  [
    'a name with a backslash',
    [{ ...plain, name: '..\\a.js' }],
    [['hostile-name', '..\\a.js']],
    null,
  ],
  [
    'a symbolic link that leaves the folder',
    [{ name: 'a', content: '../../etc/passwd', mode: 0o120777 }],
    [['escaping-link', 'a']],
    null,
  ],
  [
    'a size that is too small',
    [{ ...plain, claimedSize: 2 }],
    [
      ['archive-sizes', 'a.js'],
      ['scan-incomplete', '-'],
    ],
    'Not read: files that are damaged.',
  ],
  [
    'a size that is too large',
    [{ ...plain, claimedSize: 4_000_000_000 }],
    [
      ['archive-sizes', 'a.js'],
      ['scan-incomplete', '-'],
    ],
    'Not read: files that are damaged.',
  ],
  [
    'a name twice',
    [plain, { ...plain, content: 'other();' }],
    [['archive-duplicate', 'a.js']],
    null,
  ],
  [
    'an encrypted file',
    [{ ...plain, isEncrypted: true }],
    [
      ['archive-encrypted', 'a.js'],
      ['scan-incomplete', '-'],
    ],
    'Not read: encrypted files.',
  ],
  [
    '100,000 entries',
    Array.from({ length: 100_000 }, (_, at) => ({ name: `${at}.txt` })),
    [['scan-incomplete', '-']],
    'Not read: entries beyond the first 20000.',
  ],
])('scan() survives an archive with %s', async (_what, entries, finds, unread) => {
  const { found, report } = await scanArchive(zipOf(entries));
  expect(found).toEqual(finds.map(([rule, file]) => [rule, file === '-' ? null : file]));
  expect(report?.partial).toBe(unread !== null);
  if (unread !== null) expect(report?.summary).toContain(unread);
});

const whole = zipOf(chrome);

test.concurrent.each([
  ['cut off', whole.subarray(0, whole.length - 30), 'not a readable archive'],
  ['with a damaged directory', broken(whole), 'not a readable archive'],
  ['of another kind', Buffer.from('Rar!'), 'not a .zip, .vsix or .crx'],
  ['empty', Buffer.alloc(0), 'not a .zip, .vsix or .crx'],
  ['.crx of version 4', Buffer.from('Cr24\x04\0\0\0padding.'), '.crx of version 4'],
  [
    '.crx whose header has no end',
    Buffer.from('Cr24\x03\0\0\0\xff\xff\xff\x7fpad.', 'latin1'),
    'not a readable',
  ],
])('scan() refuses an archive %s', async (_what, bytes, message) => {
  const { error } = await scanArchive(bytes);
  expect(error).toBeInstanceOf(ScanFailure);
  expect(String(error)).toContain(message);
});

/** The signature of the first entry in the directory is another. */
function broken(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  copy.write('XX', copy.indexOf('PK\x01\x02'));
  return copy;
}

test('scan() downloads an extension, and leaves nothing behind', async () => {
  await using server = await startGitServer({}, ({ url }, response) => {
    if (url === '/page') response.writeHead(302, { location: '/a.crx' }).end();
    else if (url === '/a.crx') response.end(crxOf(3, zipOf(chrome)));
    return url !== '/absent';
  });
  const url = `${server.origin}/page`;
  const { report, left, progress } = await scanIn({ kind: 'extension_url', url });
  expect(report?.findings.map(({ rule, file }) => [rule, file])).toEqual(chromeFinds);
  expect(left).toEqual([]);
  expect(progress).toEqual([5, 30, 60, 100]);
  const absent = await scanIn({ kind: 'extension_url', url: `${server.origin}/absent` });
  expect(String(absent.error)).toContain('no such extension');
});

test.each([
  [
    'https://marketplace.visualstudio.com/items?itemName=Some.thing.x',
    'https://marketplace.visualstudio.com/_apis/public/gallery/publishers/some/vsextensions/thing.x/latest/vspackage',
  ],
  ['https://open-vsx.org/extension/Some/thing', 'https://open-vsx.org/api/some/thing'],
  [
    `https://chromewebstore.google.com/detail/name/${'a'.repeat(32)}`,
    `https://clients2.google.com/service/update2/crx?response=redirect&prodversion=140.0&acceptformat=crx2,crx3&x=id%3D${'a'.repeat(32)}%26uc`,
  ],
  ['https://example.invalid/a.vsix', 'https://example.invalid/a.vsix'],
])('downloadOf() derives the archive of %s', (page, url) => {
  expect(downloadOf(page)).toEqual({ url, isDescription: url.includes('/api/') });
});

test("describedDownload() reads the archive's address, and refuses any other answer", () => {
  const url = 'https://open-vsx.org/api/some/thing/1.0.0/file/some.thing-1.0.0.vsix';
  expect(describedDownload(JSON.stringify({ files: { download: url } }))).toBe(url);
  for (const text of ['', '{}', '{"error":"not found"}', '{"files":{"download":1}}']) {
    expect(() => describedDownload(text)).toThrow(ScanFailure);
  }
});
