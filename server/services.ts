import type { Logger } from 'pino';
import { pepperedScheme, type RandomSource, secureRandom } from '../core/mod.ts';
import type { Database } from './database/database.ts';
import type { Keys } from './keys.ts';
import { nodeHashing } from './node-hashing.ts';
import type { Services } from './operations/operation.ts';

/** What services are made of. */
export interface ServicesParts {
  readonly database: Database;
  readonly keys: Keys;
  readonly logger: Logger;
  /** The folder that uploaded files are kept in. */
  readonly uploads: string;
  /** Resolves when everything committed so far holds on every process that verifies keys. */
  readonly settled: () => Promise<void>;
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  readonly random?: RandomSource;
}

/** Makes what operations work with. */
export function createServices(parts: ServicesParts): Services {
  const { database, keys, logger, uploads, settled } = parts;
  const { now = Date.now, random = secureRandom } = parts;
  const scheme = pepperedScheme(keys.pepper, nodeHashing);
  return { database, scheme, hashing: nodeHashing, random, now, logger, uploads, settled };
}
