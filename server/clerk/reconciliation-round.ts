import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { ClerkTime } from './clerk-change.ts';
import type { ClerkDirectory } from './clerk-directory.ts';

/** What a reconciliation works with. */
export interface ReconciliationOptions {
  readonly database: Database;
  readonly directory: ClerkDirectory;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Resolves when everything committed so far holds on every process. */
  readonly afterCommit?: () => Promise<void>;
  /** Ends the reconciliation after the step that is under way. */
  readonly signal?: AbortSignal;
}

/** One reconciliation under way. */
export interface Round extends ReconciliationOptions {
  /** By Clerk's clock, noted before the first list. */
  readonly at: ClerkTime;
  /** Does work on one organization; where that fails, it is logged and counted, and others follow. */
  attempt(organization: string, work: () => Promise<void>): Promise<void>;
  /** Counts what could not be read. */
  skip(organization: string | null, count: number): void;
}
