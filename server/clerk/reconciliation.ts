import { reconcileMembers } from './reconcile-members.ts';
import { reconcileOrganizations } from './reconcile-organizations.ts';
import type { ReconciliationOptions, Round } from './reconciliation-round.ts';

/** Items that a reconciliation skipped; the next one tries again. */
export interface Skipped {
  /** Organizations and members in Clerk's lists that were unreadable. */
  readonly unreadable: number;
  /** Organizations that failed. */
  readonly failed: number;
}

/** Consecutive failures of organizations after which Clerk or the database counts as failing. */
const maxFailuresInARow = 10;

/**
 * Repairs the effects of lost webhooks: fetches Clerk's state and updates the database,
 * organization by organization and in transactions of a few milliseconds, between which keys can be
 * created. A later state from a webhook or token stays. An organization that fails is left as it
 * is, and stops no other.
 *
 * @throws when Clerk or the database fails altogether, or the signal is aborted; finished repairs
 * stay.
 */
export async function reconcile(options: ReconciliationOptions): Promise<Skipped> {
  const { directory, logger, signal, afterCommit } = options;
  const skipped = { unreadable: 0, failed: 0 };
  let failuresInARow = 0;
  const round: Round = {
    ...options,
    at: await directory.time(signal),
    async attempt(organization, work) {
      signal?.throwIfAborted();
      try {
        await work();
        failuresInARow = 0;
      } catch (error) {
        failuresInARow += 1;
        if (signal?.aborted || failuresInARow >= maxFailuresInARow) throw error;
        skipped.failed += 1;
        logger.error(
          { err: error, organization },
          'reconciliation with Clerk left an organization as it was',
        );
      }
    },
    skip(organization, count) {
      if (count === 0) return;
      skipped.unreadable += count;
      logger.warn({ organization, count }, 'Clerk lists what cannot be read: skipped');
    },
  };
  for (const id of await reconcileOrganizations(round)) {
    await round.attempt(id, async () => {
      await reconcileMembers(round, id);
      await afterCommit?.();
    });
  }
  await afterCommit?.();
  return skipped;
}
