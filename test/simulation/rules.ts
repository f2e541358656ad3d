import { createCoherentCache } from '../../core/cache/coherent-cache.ts';
import { LeaseHolder } from '../../server/database/leases/lease-holder.ts';
import type { LeaseTiming } from '../../server/database/leases/ports.ts';
import { untilHeld } from '../../server/database/leases/until-held.ts';
import { Connection } from './connection.ts';
import { type Announced, Database } from './database.ts';

/** Everything that has a part in the promise; a mutant replaces one piece. */
export interface Rules {
  readonly createCoherentCache: typeof createCoherentCache;
  readonly LeaseHolder: typeof LeaseHolder;
  readonly untilHeld: typeof untilHeld;
  readonly Database: typeof Database;
  readonly Connection: typeof Connection;
  readonly timing: LeaseTiming;
  /** What a process does with an announcement. */
  readonly hear: (holder: LeaseHolder, announced: Announced) => void;
  /** Whether an operation that finds the thing taken away already waits as well. */
  readonly repeatedWaits: boolean;
}

/** The product's own code, with a lease of 100 ms: all other times in the simulation follow from it. */
export const rules: Rules = {
  createCoherentCache,
  LeaseHolder,
  untilHeld,
  Database,
  Connection,
  timing: { length: 100, margin: 5 },
  hear: (holder) => void holder.hear(),
  repeatedWaits: true,
};
