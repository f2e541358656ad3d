import { createCoherentCache } from '../../core/cache/coherent-cache.ts';
import { awaitAcknowledgements } from '../../server/database/leases/await-acknowledgements.ts';
import { LeaseHolder } from '../../server/database/leases/lease-holder.ts';
import type { LeaseTiming } from '../../server/database/leases/ports.ts';
import { Connection } from './connection.ts';
import { type Announced, Database } from './database.ts';

/** Everything that has a part in the promise; a mutant replaces one piece. */
export interface Rules {
  readonly createCoherentCache: typeof createCoherentCache;
  readonly LeaseHolder: typeof LeaseHolder;
  readonly awaitAcknowledgements: typeof awaitAcknowledgements;
  readonly Database: typeof Database;
  readonly Connection: typeof Connection;
  readonly timing: LeaseTiming;
  /** A process's reaction to an announcement. */
  readonly onAnnounced: (holder: LeaseHolder, announced: Announced) => void;
  /** Whether an operation waits as well when it finds the revocation done already. */
  readonly repeatedWaits: boolean;
}

/** The product's own code, with a lease of 100 ms: all other times in the simulation follow from it. */
export const rules: Rules = {
  createCoherentCache,
  LeaseHolder,
  awaitAcknowledgements,
  Database,
  Connection,
  timing: { length: 100, margin: 5 },
  onAnnounced: (holder) => void holder.poll(),
  repeatedWaits: true,
};
