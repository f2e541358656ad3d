import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { ClerkTime } from './clerk-change.ts';
import type { ClerkDirectory } from './clerk-directory.ts';

/** Options of a reconciliation. */
export interface ReconciliationOptions {
  readonly database: Database;
  readonly directory: ClerkDirectory;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Resolves when every process has applied everything committed so far. */
  readonly afterCommit?: () => Promise<void>;
  /** Ends the reconciliation after the current step. */
  readonly signal?: AbortSignal;
}

/** One running reconciliation. */
export interface Round extends ReconciliationOptions {
  /** By Clerk's clock, noted before the first list. */
  readonly at: ClerkTime;
  /** Runs work on one organization. A failure is logged and counted, and the round continues. */
  attempt(organization: string, work: () => Promise<void>): Promise<void>;
  /** Counts unreadable items. */
  skip(organization: string | null, count: number): void;
}
