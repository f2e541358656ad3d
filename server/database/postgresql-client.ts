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

/** Milliseconds that a connection may take to say goodbye. */
const goodbyeMs = 1_000;

/** Options of a connection. */
export interface PostgresqlClientOptions extends pg.ClientConfig {
  /** Those of statements that take a millisecond when absent. */
  readonly limits?: ConnectionLimits;
  /** Called when a connection was closed because it kept silent: its pool's others are suspect too. */
  readonly onSilent?: () => void;
}

/** Names of statements by their texts, the same on every connection. */
const names = new Map<string, string>();

/**
 * A connection to PostgreSQL; the server opens no other kind. It is set up alike whatever the
 * database and the role are set to, and prepares a statement with parameters once. Those of the ORM
 * have their values in the text, so that each comes but once.
 *
 * A connection can die without a sign, for example in a firewall that forgot it. Where statements may
 * take long, PostgreSQL is asked by another connection whether it is at work on this one. A connection
 * that leaves a statement unanswered is closed: its statements fail, and no pool hands it out again.
 */
export class PostgresqlClient extends pg.Client {
  readonly #options: PostgresqlClientOptions;
  readonly #limits: ConnectionLimits;
  #watch: NodeJS.Timeout | undefined;
  #silentSince = 0;
  #isReady = false;
  /** Null where a pooler stands before the database: PostgreSQL cannot be asked about its ids. */
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
    // Without a listener, a connection that breaks would end the process.
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
    // A dead connection takes no goodbye: its socket would stay open.
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
    // After a pause of the process its timers come first, and then what has arrived in the pause.
    await setImmediate();
    const silentMs = performance.now() - this.#silentSince;
    const mayBeActive = this.#isReady && silentMs < this.#limits.maxSilenceMs;
    const isActive = mayBeActive && (await this.#isActive());
    // Answered since, or closed.
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

/** A statement got no answer, and its connection was closed. */
class SilentConnection extends Error {
  override readonly name = 'SilentConnection';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('PostgreSQL does not answer');
  }
}

/** What pg's types leave out. */
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
