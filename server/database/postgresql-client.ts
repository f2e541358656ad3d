import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';
import {
  type ConnectionLimits,
  isBackendActive,
  quickLimits,
  sessionQuery,
  silenceMs,
} from './postgresql-session.ts';

/** Milliseconds for the orderly close of a connection. */
const goodbyeMs = 1_000;

/** Options of a connection. */
export interface PostgresqlClientOptions extends pg.ClientConfig {
  /** Limits of one-millisecond statements when absent. */
  readonly limits?: ConnectionLimits;
  /** Called when a connection was closed for not answering: its pool's others are suspect too. */
  readonly onSilent?: () => void;
}

/** Names of statements by their texts, the same on every connection. */
const names = new Map<string, string>();

/**
 * A connection to PostgreSQL, the only kind that the server opens. Its session settings do not
 * depend on those of the database and the role. It prepares a statement with parameters once; the
 * ORM's statements contain their values, so each text is used only once.
 *
 * A connection can die without a sign, for example when a firewall drops its state. For statements
 * that may take long, another connection asks PostgreSQL whether this one's backend is active. A
 * connection that leaves a statement unanswered is closed: its statements fail, and no pool hands
 * it out again.
 */
export class PostgresqlClient extends pg.Client {
  readonly #options: PostgresqlClientOptions;
  readonly #limits: ConnectionLimits;
  #watch: NodeJS.Timeout | undefined;
  #silentSince = 0;
  #isReady = false;
  /** Null behind a pooler, whose ids PostgreSQL does not know. */
  #backend: number | null = null;

  constructor(options: PostgresqlClientOptions) {
    super({
      connectionTimeoutMillis: silenceMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      ...options,
    });
    this.#options = options;
    this.#limits = options.limits ?? quickLimits;
    // Without a listener, a broken connection would end the process.
    this.on('error', () => {});
    this.on('drain', () => this.#stopWatch());
    this.on('end', () => this.#stopWatch());
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<pg.Client> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    connected.then(() => callback(null), callback);
    return undefined;
  }

  async #connect(): Promise<pg.Client> {
    await super.connect();
    try {
      const { rows } = await this.query<{ encoding: string; pid: number }>(
        sessionQuery(this.#limits),
      );
      const [{ encoding, pid } = { encoding: '', pid: 0 }] = rows;
      if (encoding !== 'UTF8') {
        throw new ConfigError(`the database is encoded in ${encoding}: it takes one in UTF8`);
      }
      this.#backend = pid === (this as unknown as WithProcess).processID ? pid : null;
      this.#isReady = true;
      return this;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  override query = ((query: unknown, values: unknown, ...rest: unknown[]) => {
    if (this.#watch === undefined) {
      this.#silentSince = performance.now();
      this.#startWatch();
    }
    const send = super.query as (...given: unknown[]) => unknown;
    const isPrepared = typeof query === 'string' && Array.isArray(values) && values.length > 0;
    return isPrepared
      ? send.call(this, { name: nameOf(query), text: query, values }, ...rest)
      : send.call(this, query, values, ...rest);
  }) as pg.Client['query'];

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    // A dead connection never answers the orderly close: its socket would stay open.
    const timer = setTimeout(() => this.connection.stream.destroy(), goodbyeMs).unref();
    const ended = super.end().finally(() => clearTimeout(timer));
    if (callback === undefined) return ended;
    ended.then(callback as () => void);
    return undefined;
  }

  #startWatch(): void {
    this.#watch = setTimeout(() => void this.#judgeSilence(), silenceMs);
  }

  async #judgeSilence(): Promise<void> {
    const watch = this.#watch;
    // After a pause of the process, timers fire before data from the pause is read.
    await setImmediate();
    const silentMs = performance.now() - this.#silentSince;
    const mayBeActive = this.#isReady && silentMs < this.#limits.maxSilenceMs;
    const isActive = mayBeActive && (await this.#isActive());
    // The statement was answered, or the connection closed, in the meantime.
    if (this.#watch !== watch) return;
    if (isActive) return this.#startWatch();
    this.#stopWatch();
    this.connection.stream.destroy(new SilentConnection());
    this.#options.onSilent?.();
  }

  async #isActive(): Promise<boolean> {
    return this.#backend === null || (await isBackendActive(this.#options, this.#backend));
  }

  #stopWatch(): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }
}

/** The error of a connection that was closed because a statement got no answer. */
class SilentConnection extends Error {
  override readonly name = 'SilentConnection';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('PostgreSQL does not answer');
  }
}

/** Fields that pg's types omit. */
interface WithProcess {
  readonly processID: number | null;
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `statement-${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}
