/** A published key format. */
export type Dialect = 'reporisk';

/** Which kind of deployment a key is for. */
export type Environment = 'live' | 'test';

/**
 * Every environment: what a service names that accepts sandbox keys as well.
 *
 * @example
 * ```ts
 * import { allEnvironments } from './mod.ts';
 * allEnvironments.includes('test'); // true
 * ```
 */
export const allEnvironments: readonly Environment[] = Object.freeze(['live', 'test']);

/**
 * What the text of a well-formed key tells without any lookup. The shapes are shared constants, so
 * recognizing a key allocates nothing.
 */
export interface KeyShape {
  /** The format the key is written in. */
  readonly dialect: Dialect;
  /** The environment that the prefix names. */
  readonly environment: Environment;
  /** The prefix, for example `rrk_live_`. */
  readonly prefix: string;
  /**
   * False for the older shape without a checksum: such a key can only be one that was imported, and
   * is looked up only while a store says it holds imported keys.
   */
  readonly checksummed: boolean;
}
