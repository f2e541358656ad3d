import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { incomingName } from '../assets/left-files.ts';
import { camel } from '../wire/case.ts';
import { type FieldError, InvalidInput, Problem } from '../wire/problem.ts';
import { extraField, givenMoreThanOnce } from '../wire/validation.ts';
import { unread } from './input.ts';

/** Bytes of an uploaded file, at most. */
const fileLimit = 50 * 1024 * 1024;

/** Bytes of the body, at most: the form around the file is small. */
const bodyLimit = fileLimit + 64 * 1024;

/** The limits of a form; a larger one is read no further. */
const limits = { files: 1, fields: 10, parts: 11 };

/** A file on disk and the text fields beside it. */
export interface Upload extends AsyncDisposable {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
  } | null;
}

/**
 * Receives `multipart/form-data` with one `file`, streamed to disk and hashed on the way: no file
 * is ever held in memory. Disposing of the upload removes files that were not taken.
 *
 * @param folder - the file's place until it is taken.
 * @throws {Problem} 415 or 413.
 * @throws {InvalidInput} when the body does not match its content type.
 */
export async function receiveUpload(request: Request, folder: string): Promise<Upload> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type) || request.body === null) {
    throw new Problem(415, 'Content-Type must be multipart/form-data', unread);
  }
  if (Number(request.headers.get('content-length') ?? '0') > bodyLimit) throw tooLarge();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, incomingName());
  try {
    const received = await parse(request.body, type, path);
    return { ...received, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function tooLarge(): Problem {
  return new Problem(413, `File must not exceed ${fileLimit} bytes`, unread);
}

function createParser(type: string) {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: {
        fileSize: fileLimit,
        ...limits,
        fieldSize: 1000,
        fieldNameSize: 100,
        headerPairs: 20,
      },
    });
  } catch {
    throw new Problem(415, 'Content-Type must be multipart/form-data with a boundary', unread);
  }
}

async function parse(
  body: ReadableStream<Uint8Array>,
  type: string,
  path: string,
): Promise<Pick<Upload, 'fields' | 'file'>> {
  const parser = createParser(type);
  const fields: Record<string, string> = {};
  let file: Upload['file'] = null;
  let writing: Promise<void> = Promise.resolve();
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    parser.on(limit, () => parser.destroy(new Error('too many parts')));
  }
  const faults: FieldError[] = [];
  parser.on('field', (name, value) => {
    if (Object.hasOwn(fields, name)) faults.push(givenMoreThanOnce([camel(name)]));
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
  });
  parser.on('file', (field, stream, name) => {
    if (field !== 'file') {
      faults.push(extraField([camel(field)]));
      stream.resume();
      return;
    }
    const hash = createHash('sha256');
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      hash.update(chunk);
    });
    writing = pipeline(stream, createWriteStream(path, { mode: 0o600, flags: 'wx' })).then(() => {
      if (stream.truncated) throw tooLarge();
      file = { name: basename(name ?? ''), path, size, sha256: hash.digest('hex') };
    });
    // The pipeline below is awaited first; without a listener here this one would be unhandled.
    writing.catch(() => {});
  });
  try {
    await pipeline(withinLimit(body), parser);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new InvalidInput([
      { path: [], msg: 'malformed multipart body', type: 'value_error.multipart' },
    ]);
  }
  await writing;
  if (faults.length > 0) throw new InvalidInput(faults);
  return { fields, file };
}

/** The body's chunks; a client that never ends it is cut off. */
async function* withinLimit(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bodyLimit) throw tooLarge();
    yield chunk;
  }
}
