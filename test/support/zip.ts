import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive. What is absent is right; what is given is written, true or not. */
export interface ZipEntry {
  readonly name: string;
  readonly content?: string | Buffer;
  /** The uncompressed size in the directory. */
  readonly claimedSize?: number;
  /** Unix mode, for links. */
  readonly mode?: number;
  readonly isEncrypted?: boolean;
}

/** Writes a zip archive by hand, because no library writes hostile ones. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  // Archives of very many or very large entries repeat one content.
  const compressed = new Map<string | Buffer, Buffer>();
  let offset = 0;
  for (const { name, content = '', claimedSize, mode = 0o100644, isEncrypted } of entries) {
    const bytes = Buffer.from(content);
    const data = compressed.get(content) ?? deflateRawSync(bytes);
    compressed.set(content, data);
    const path = Buffer.from(name);
    const size = claimedSize ?? bytes.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800 | (isEncrypted ? 1 : 0), 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(path.length, 22);
    shared.copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x031e, 4);
    shared.copy(central, 6);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    parts.push(local, path, data);
    directory.push(central, path);
    offset += local.length + path.length + data.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([...parts, list, end(entries.length, list.length, offset)]);
}

/** The end of the central directory, with the 64-bit form where the count needs it. */
function end(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(Math.min(count, 0xffff), 8);
  record.writeUInt16LE(Math.min(count, 0xffff), 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  if (count < 0xffff) return record;
  const long = Buffer.alloc(56 + 20);
  long.writeUInt32LE(0x06064b50, 0);
  long.writeBigUInt64LE(44n, 4);
  long.writeBigUInt64LE(BigInt(count), 24);
  long.writeBigUInt64LE(BigInt(count), 32);
  long.writeBigUInt64LE(BigInt(size), 40);
  long.writeBigUInt64LE(BigInt(offset), 48);
  long.writeUInt32LE(0x07064b50, 56);
  long.writeBigUInt64LE(BigInt(offset + size), 64);
  long.writeUInt32LE(1, 72);
  return Buffer.concat([long, record]);
}

/** The archive of a Chrome extension: a header before the zip. */
export function crxOf(version: 2 | 3, zip: Buffer): Buffer {
  const header = Buffer.alloc(version === 2 ? 16 : 12);
  header.write('Cr24');
  header.writeUInt32LE(version, 4);
  header.writeUInt32LE(version === 2 ? 30 : 70, 8);
  if (version === 2) header.writeUInt32LE(40, 12);
  return Buffer.concat([header, Buffer.alloc(70, 7), zip]);
}
