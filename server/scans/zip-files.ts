import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { overSize } from './git-files.ts';
import type { ScanLimits } from './limits.ts';
import { ScanFailure } from './scan-failure.ts';
import type { Remarks, SourceFile } from './source-file.ts';

/** The context of reading an archive. */
export interface ZipContext {
  readonly limits: ScanLimits;
  readonly remarks: Remarks;
}

/**
 * The files of a `.zip`, `.vsix` or `.crx` archive. Nothing is written, no link followed. Sizes are
 * counted while inflating; those in the archive count for nothing.
 *
 * @throws ScanFailure when the file is no archive, or its directory is damaged.
 */
export async function* zipFiles(path: string, context: ZipContext): AsyncGenerator<SourceFile> {
  await using file = await open(path);
  const { size } = await file.stat();
  const start = await zipStart(file, size);
  const zip = await readable(
    yauzl.fromRandomAccessReaderPromise(new FileReader(file, start), size - start, {
      ...{ autoClose: false, decodeStrings: false, validateEntrySizes: true },
    }),
  );
  const { limits, remarks } = context;
  const seen = new Set<string>();
  let unpacked = 0;
  let entries = 0;
  const each = zip.eachEntry();
  for (;;) {
    const { done, value: entry } = await readable(each.next());
    if (done) return;
    entries += 1;
    if (entries > limits.files) return remarks.gap(`entries beyond the first ${limits.files}`);
    const name = yauzl.getFileNameLowLevel(
      ...([entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true] as const),
    );
    if (seen.has(name)) remarks.found({ rule: 'archive-duplicate', path: name });
    seen.add(name);
    if (entry.isEncrypted()) {
      remarks.found({ rule: 'archive-encrypted', path: name });
      remarks.gap('encrypted files');
      continue;
    }
    if (name.endsWith('/')) continue;
    const content = new Beginning(limits.fileBytes);
    try {
      for await (const piece of await zip.openReadStreamPromise(entry)) {
        unpacked += piece.length;
        if (unpacked > limits.unpackedBytes) {
          if (size * 50 < unpacked) remarks.found({ rule: 'archive-bomb', path: name });
          return remarks.gap(overSize(limits));
        }
        content.add(piece);
      }
    } catch {
      remarks.found({ rule: 'archive-sizes', path: name });
      remarks.gap('files that are damaged');
    }
    if (content.isCut) remarks.gap('the ends of very large files');
    const isLink = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
    yield { path: name, kind: isLink ? 'link' : 'file', content: content.bytes() };
  }
}

/** The first bytes of what is added; the rest is dropped at once. */
class Beginning {
  readonly #pieces: Buffer[] = [];
  readonly #limit: number;
  #length = 0;
  isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Buffer): void {
    const kept = piece.subarray(0, this.#limit - this.#length);
    if (kept.length > 0) this.#pieces.push(kept);
    if (kept.length < piece.length) this.isCut = true;
    this.#length += kept.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

const damaged = () => new ScanFailure('The file is not a readable archive: damaged or cut off.');

const readable = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((cause: unknown) => {
    throw Object.assign(damaged(), { cause });
  });

/** The position of the zip archive: behind the header of a `.crx` of version 2 or 3, else 0. */
async function zipStart(file: FileHandle, size: number): Promise<number> {
  const { buffer } = await file.read({ buffer: Buffer.alloc(16), position: 0 });
  const magic = buffer.toString('latin1', 0, 4);
  if (magic !== 'Cr24') {
    if (magic.startsWith('PK')) return 0;
    throw new ScanFailure('The file is not a .zip, .vsix or .crx archive.');
  }
  const version = buffer.readUInt32LE(4);
  if (version !== 2 && version !== 3) {
    throw new ScanFailure(`The file is a .crx of version ${version}, which is not supported.`);
  }
  // Version 2: the lengths of key and signature. Version 3: the length of one header.
  const start =
    version === 2
      ? 16 + buffer.readUInt32LE(8) + buffer.readUInt32LE(12)
      : 12 + buffer.readUInt32LE(8);
  if (start >= size) throw damaged();
  return start;
}

/** A file from a position on. */
class FileReader extends yauzl.RandomAccessReader {
  readonly #file: FileHandle;
  readonly #start: number;

  constructor(file: FileHandle, start: number) {
    super();
    this.#file = file;
    this.#start = start;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(this.#start + start, this.#start + end));
  }

  override read(
    ...[buffer, offset, length, position, callback]: Parameters<yauzl.RandomAccessReader['read']>
  ): void {
    this.#file
      .read(buffer, offset, length, this.#start + position)
      .then(
        ({ bytesRead }) => callback(bytesRead < length ? new Error('unexpected end') : null),
        callback,
      );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  async *#pieces(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const length = Math.min(65_536, to - at);
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(length), 0, length, at);
      if (bytesRead === 0) throw new Error('unexpected end');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}
