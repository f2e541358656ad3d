import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { Extension } from '../../../server/database/entities/extension.ts';
import { UploadPiece } from '../../../server/database/entities/upload-piece.ts';
import { maxWaitingBytes } from '../../../server/operations/extensions/upload.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { onOneServerEach, type RunningServer } from '../../support/server.ts';

const path = '/api/v1/extensions/upload';
const zip = Buffer.from('PK\x03\x04 and the rest');

function form(content: Buffer, name: string, fields: Record<string, string> = {}): FormData {
  const made = new FormData();
  for (const [field, value] of Object.entries(fields)) made.set(field, value);
  made.set('file', new Blob([new Uint8Array(content)]), name);
  return made;
}

const upload = (server: RunningServer, body: FormData, as = 'parent-admin') =>
  answer(server.fetch(path, { as, body }));

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const invalid = (msg: string) => ({
  status: 422,
  body: { detail: [{ loc: ['body', 'file'], msg, type: 'value_error' }] },
});

onOneServerEach((server) => {
  test.each([
    ['wallet.vsix', zip],
    ['WALLET.ZIP', Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1')],
    ['wallet.crx', Buffer.from('Cr24 and the rest')],
  ])('POST upload takes %s in, keeps it in the database and queues it', async (name, content) => {
    const { status, body } = await upload(server(), form(content, name));
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        extension_id: expect.any(Number),
        job_id: expect.stringMatching(/^job_[0-9A-Z]{26}$/),
        status: 'queued',
      },
    });
    const pieces = await server().database.read().find(UploadPiece, { jobId: body.job_id });
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(content);
    expect(await readdir(server().uploads)).toEqual([]);
    const found = await server().fetch(`/api/v1/extensions/${body.extension_id}`, {
      as: 'parent-admin',
    });
    expect(await found.json()).toMatchObject({ name, url: null, sub_org_id: null });
    const stored = await server().database.read().findOneOrFail(Extension, body.extension_id);
    expect(stored).toMatchObject({ fileSha256: sha256(content), fileSize: content.length });
  });

  test('POST upload lets so many bytes wait, and no more, until their scans have ended', async () => {
    const first = Buffer.from('PK\x03\x04 of many');
    const { body: many } = await upload(server(), form(first, 'many.zip'));
    const em = server().database.read();
    const where = { id: many.extension_id };
    await em.nativeUpdate(Extension, where, { fileSize: maxWaitingBytes });
    const more = () => upload(server(), form(Buffer.from('PK\x03\x04 one more'), 'more.zip'));
    const detail = `Uploads of at most ${maxWaitingBytes} bytes can wait for their scans`;
    const pieces = await em.count(UploadPiece);
    expect(await more()).toEqual({ status: 409, body: { detail } });
    expect(await em.count(UploadPiece)).toBe(pieces);
    const cancel = `/api/v1/settings/jobs/${many.job_id}/cancel`;
    expect((await server().fetch(cancel, { as: 'parent-admin', json: {} })).status).toBe(200);
    expect(await em.count(UploadPiece, { jobId: many.job_id })).toBe(0);
    expect((await more()).status).toBe(202);
  });

  test('POST upload assigns the sub-org of a scoped key, or the one named', async () => {
    const { payments, mobile } = await demoIds(server());
    const key = await issueKey(server(), { sub_org_id: mobile });
    const content = Buffer.from('PK\x03\x04 of mobile');
    const own = await upload(server(), form(content, 'own.zip'), key.raw);
    const named = await upload(server(), form(content, 'n.zip', { sub_org_id: `${payments}` }));
    for (const [{ body }, subOrgId] of [
      [own, mobile],
      [named, payments],
    ] as const) {
      const found = await server().database.read().findOneOrFail(Extension, body.extension_id);
      expect(found.subOrgId).toBe(subOrgId);
    }
  });

  test.each(['wallet.exe', 'zip', 'wallet.zip.', '.zip', 'wallet.vsix/evil', ''])(
    'POST upload refuses the name %j',
    async (name) => {
      const expected = invalid("the file's name must end in .vsix, .crx or .zip");
      expect(await upload(server(), form(zip, name))).toEqual(expected);
    },
  );

  test.each(['', 'PK', 'PK\x03', 'MZ\x90\x00', '\x7fELF', 'cr24', ' PK\x03\x04'])(
    'POST upload refuses a file that begins with %j',
    async (content) => {
      const expected = invalid('the file must be a ZIP archive or a CRX package');
      expect(await upload(server(), form(Buffer.from(content, 'latin1'), 'a.zip'))).toEqual(
        expected,
      );
    },
  );

  test('POST upload refuses a form without a file, and one whose file is text', async () => {
    const detail = [{ loc: ['body', 'file'], msg: 'field required', type: 'value_error.missing' }];
    const [nothing, text] = [new FormData(), new FormData()];
    nothing.set('sub_org_id', '1');
    text.set('file', 'PK\x03\x04');
    for (const body of [nothing, text]) {
      expect(await upload(server(), body)).toEqual({ status: 422, body: { detail } });
    }
  });

  test('POST upload keeps nothing of what it refuses', async () => {
    const { payments, mobile, foreignSubOrg } = await demoIds(server());
    const key = await issueKey(server(), { sub_org_id: mobile });
    const before = await readdir(server().uploads);
    const content = Buffer.from('PK\x03\x04 to be refused');
    const asText = { sub_org_id: 'one' };
    const refusals = [
      await upload(server(), form(content, 'a.zip', { sub_org_id: `${payments}` }), key.raw),
      await upload(server(), form(content, 'a.zip', { sub_org_id: `${foreignSubOrg}` })),
      await upload(server(), form(content, 'a.zip', asText)),
      await upload(server(), form(content, 'a.exe')),
      await upload(server(), form(Buffer.from('text'), 'a.zip')),
      await upload(server(), form(content, 'a.zip'), 'parent-member'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([403, 422, 422, 422, 422, 403]);
    expect(await readdir(server().uploads)).toEqual(before);
  });

  test.each([undefined, 'application/json', 'multipart/form-data', 'multipart/mixed; boundary=x'])(
    'POST upload refuses the content type %s',
    async (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const body = new Uint8Array(Buffer.from('--x\r\n'));
      expect(await answer(server().fetch(path, { as: 'parent-admin', body, headers }))).toEqual({
        status: 415,
        body: { detail: 'Content-Type must be multipart/form-data' },
      });
    },
  );

  test('POST upload refuses a body that is not what its content type says', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const text of ['', 'no boundary', '--x\r\nContent-Disposition: form-data; name="file"']) {
      const body = new Uint8Array(Buffer.from(text));
      const { status } = await answer(server().fetch(path, { as: 'parent-admin', body, headers }));
      expect(status).toBe(422);
    }
    expect((await readdir(server().uploads)).filter((name) => /incoming/.test(name))).toEqual([]);
  });

  test('POST upload refuses 50 MiB and a byte, said beforehand or not, and keeps nothing', async () => {
    const tooLarge = { detail: 'File must not exceed 52428800 bytes' };
    const token = server().token('parent-admin');
    const before = await readdir(server().uploads);
    for (const length of [52_428_800 + 65_537, null]) {
      expect(await sendLarge(server().url + path, token, length)).toEqual({
        status: 413,
        body: tooLarge,
      });
    }
    expect(await readdir(server().uploads)).toEqual(before);
  });
});

/** Sends a file of 50 MiB and a byte until the server answers; without a length, in chunks. */
function sendLarge(url: string, token: string, length: number | null) {
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/form-data; boundary=x',
        ...(length === null ? {} : { 'content-length': length }),
      },
    });
    let answered = false;
    sending.on('error', (error) => answered || reject(error));
    sending.on('response', (response) => {
      answered = true;
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode, body: JSON.parse(text) });
        sending.destroy();
      });
    });
    sending.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n');
    if (length !== null) return;
    const block = Buffer.alloc(1024 * 1024, 'PK\x03\x04');
    let left = 50;
    const send = () => {
      while (left > 0) {
        left -= 1;
        if (!sending.write(block)) {
          sending.once('drain', send);
          return;
        }
      }
      sending.end('!\r\n--x--\r\n');
    };
    send();
  });
}
