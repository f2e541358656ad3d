import pg from 'pg';
import { PostgresqlClient, type PostgresqlClientOptions } from './postgresql-client.ts';
import { silenceMs } from './postgresql-session.ts';

/** Options of a pool. */
export interface PoolOptions
  extends Pick<PostgresqlClientOptions, 'limits'>,
    Pick<pg.PoolConfig, 'types'> {
  /** Maximum of connections of all processes of one start. */
  readonly max: number;
  /** The processes of one start; 1 when absent. Each has at least one connection. */
  readonly processes?: number | undefined;
}

/** The process's open pools. */
const pools = new Set<Pool>();

/**
 * Opens a pool. It connects on demand and waits at most `silenceMs` for each connection.
 *
 * @param url - the database's address.
 */
export function openPool(url: string, options: PoolOptions): pg.Pool {
  return new Pool(url, options);
}

class Pool extends pg.Pool {
  readonly #url: string;

  constructor(url: string, { processes = 1, ...options }: PoolOptions) {
    const config: pg.PoolConfig & PostgresqlClientOptions = {
      ...options,
      max: Math.max(1, Math.floor(options.max / processes)),
      connectionString: url,
      connectionTimeoutMillis: silenceMs,
      Client: PostgresqlClient as unknown as new () => pg.ClientBase,
      onSilent: () => closeIdle(url),
    };
    super(config);
    this.#url = url;
    // An idle connection that the server closes is replaced on the next use.
    this.on('error', () => {});
    pools.add(this);
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | undefined {
    pools.delete(this);
    if (callback === undefined) return super.end();
    super.end(callback);
    return undefined;
  }

  leadsTo(url: string): boolean {
    return this.#url === url;
  }

  /** Takes all idle connections out of the pool, and closes them. */
  closeIdle(): void {
    for (let left = this.idleCount; left > 0; left--) {
      this.connect().then(
        (client) => client.release(true),
        () => {},
      );
    }
  }
}

/**
 * The cause that killed one connection killed others in each pool: each would cost a request its
 * timeout.
 */
function closeIdle(url: string): void {
  for (const pool of pools) if (pool.leadsTo(url)) pool.closeIdle();
}
