/** A published key format. */
export type Dialect = 'reporisk' | 'platform' | 'repurai';

/**
 * Every published key format.
 *
 * @example
 * ```ts
 * import { allDialects } from '@reporisk/api-access/core';
 * allDialects.includes('platform'); // true
 * ```
 */
export const allDialects: readonly Dialect[] = Object.freeze(['reporisk', 'platform', 'repurai']);

/** The kind of deployment that a key is for. */
export type Environment = 'live' | 'test';

/**
 * Every environment, for a service that accepts sandbox keys as well.
 *
 * @example
 * ```ts
 * import { allEnvironments } from '@reporisk/api-access/core';
 * allEnvironments.includes('test'); // true
 * ```
 */
export const allEnvironments: readonly Environment[] = Object.freeze(['live', 'test']);

/**
 * The facts in the text of a well-formed key, known without any lookup. The shapes are shared
 * constants, so recognizing a key allocates nothing.
 */
export interface KeyShape {
  /** The format the key is written in. */
  readonly dialect: Dialect;
  /** The environment that the prefix names. */
  readonly environment: Environment;
  /** The prefix, for example `rrk_live_`. */
  readonly prefix: string;
  /**
   * False for the formats without a checksum: those of `platform` and `repurai`, and the older shape
   * of RepoRisk keys, which only imported keys have.
   */
  readonly checksummed: boolean;
}
