import { availableParallelism } from 'node:os';
import { minute } from '../clock/durations.ts';

const mebibyte = 1024 * 1024;

/** The bounds of a scan. Only tests use others. */
export interface ScanLimits {
  /** Bytes received, all requests of a scan together. */
  readonly receivedBytes: number;
  /** Milliseconds until everything is received. */
  readonly receiveMs: number;
  /** Bytes after unpacking, counted while inflating. */
  readonly unpackedBytes: number;
  /** Files and folders. */
  readonly files: number;
  /** The beginning of a file that rules read, in bytes. */
  readonly fileBytes: number;
  /**
   * Milliseconds of the child process, from its start and again from its turn of a processor: many,
   * because its priority is low on a busy machine.
   */
  readonly childMs: number;
  /** Resident memory of the child process. */
  readonly childBytes: number;
}

export const scanLimits: ScanLimits = {
  receivedBytes: 100 * mebibyte,
  receiveMs: minute,
  unpackedBytes: 300 * mebibyte,
  files: 20_000,
  fileBytes: 8 * mebibyte,
  childMs: 300_000,
  childBytes: 1024 * mebibyte,
};

/** Scans of this process that unpack and judge at once: one processor is left to requests. */
export const unpackedAtOnce = Math.max(1, availableParallelism() - 1);

/** A limit in words: `100 MiB`. */
export const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;

/** The part of a source that the limit of unpacked bytes leaves out, in words. */
export const beyond = ({ unpackedBytes }: ScanLimits): string =>
  `everything beyond the first ${inMebibytes(unpackedBytes)}`;
