import { readFile } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { beyond, type ScanLimits } from './limits.ts';
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
  const bytes = await readFile(path);
  const zipped = bytes.subarray(zipStart(bytes));
  const zip = await readable(yauzl.fromBufferPromise(zipped, { decodeStrings: false }));
  const { limits, remarks } = context;
  const seen = new Set<string>();
  const each = zip.eachEntry();
  let unpacked = 0;
  for (let entries = 1; ; entries += 1) {
    const { done, value: entry } = await readable(each.next());
    if (done) return;
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
    const left = limits.unpackedBytes - unpacked;
    const content = await inflated(zip, zipped, entry, left);
    if (content === 'too long') {
      if (zipped.length * 50 < limits.unpackedBytes) {
        remarks.found({ rule: 'archive-bomb', path: name });
      }
      return remarks.gap(beyond(limits));
    }
    if (content === 'damaged') {
      remarks.found({ rule: 'archive-sizes', path: name });
      remarks.gap('files that are damaged');
      continue;
    }
    unpacked += content.length;
    if (name.endsWith('/')) continue;
    if (content.length > limits.fileBytes) remarks.gap('the ends of very large files');
    const isLink = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
    const kind = isLink ? 'link' : 'file';
    yield { path: name, kind, content: content.subarray(0, limits.fileBytes) };
  }
}

/**
 * The content of an entry.
 *
 * @param maxLength - bytes; inflating ends there, whatever size the archive names.
 */
async function inflated(
  zip: yauzl.ZipFile,
  bytes: Buffer,
  entry: yauzl.Entry,
  maxLength: number,
): Promise<Buffer | 'damaged' | 'too long'> {
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const stored = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
    const content = entry.compressionMethod === 0 ? stored : inflate(stored, entry, maxLength);
    if (content.length > maxLength) return 'too long';
    const isWhole = content.length === entry.uncompressedSize && crc32(content) === entry.crc32;
    return isWhole ? content : 'damaged';
  } catch (error) {
    const isTooLong = error instanceof RangeError && 'code' in error;
    return isTooLong && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too long' : 'damaged';
  }
}

function inflate(stored: Buffer, { compressionMethod }: yauzl.Entry, maxLength: number): Buffer {
  if (compressionMethod !== 8) throw new Error('a compression that zip readers do not share');
  // Zero means no limit to zlib.
  return inflateRawSync(stored, { maxOutputLength: Math.max(1, maxLength) });
}

const damaged = () => new ScanFailure('The file is not a readable archive: damaged or cut off.');

const readable = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((cause: unknown) => {
    throw Object.assign(damaged(), { cause });
  });

/** The position of the zip archive: behind the header of a `.crx` of version 2 or 3, else 0. */
function zipStart(bytes: Buffer): number {
  const magic = bytes.toString('latin1', 0, 4);
  if (magic !== 'Cr24') {
    if (magic.startsWith('PK')) return 0;
    throw new ScanFailure('The file is not a .zip, .vsix or .crx archive.');
  }
  if (bytes.length < 16) throw damaged();
  const version = bytes.readUInt32LE(4);
  // Version 2: the lengths of key and signature. Version 3: the length of one header.
  if (version === 2) return 16 + bytes.readUInt32LE(8) + bytes.readUInt32LE(12);
  if (version === 3) return 12 + bytes.readUInt32LE(8);
  throw new ScanFailure(`The file is a .crx of version ${version}, which is not supported.`);
}
