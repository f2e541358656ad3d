import type { Section } from './figure.ts';
import { cold } from './sections/cold.ts';
import { consolePage } from './sections/console.ts';
import { http } from './sections/http.ts';
import { lighthouse } from './sections/lighthouse.ts';
import { memory } from './sections/memory.ts';
import { peers } from './sections/peers.ts';
import { reconciliation } from './sections/reconciliation.ts';
import { requests } from './sections/requests.ts';
import { revocation } from './sections/revocation.ts';
import { runtimes } from './sections/runtimes.ts';
import { scale } from './sections/scale.ts';
import { scans } from './sections/scans.ts';
import { usage } from './sections/usage.ts';
import { warm } from './sections/warm.ts';
import { workers } from './sections/workers.ts';

/** Every section by its name, in the table's order. */
export const sections: Readonly<Record<string, Section>> = {
  warm,
  cold,
  peers,
  http,
  requests,
  workers,
  scale,
  memory,
  revocation,
  reconciliation,
  usage,
  scans,
  runtimes,
  console: consolePage,
  lighthouse,
};
