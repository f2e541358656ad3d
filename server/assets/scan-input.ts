import { z } from 'zod';

const input = z.union([
  z.object({ url: z.string() }),
  z.object({ fileName: z.string(), sha256: z.string() }),
]);

/** The order of a scan, which its job's MAC covers: an address, or a file by its digest. */
export type ScanInput = z.output<typeof input>;

/** The failure of a scan that was queued before scans were done. */
export const queuedByEarlierVersion = 'The scan was queued by an earlier version: retry it';

/** The order of a queued scan; null for one that was queued before scans were done. */
export function readScanInput(value: unknown): ScanInput | null {
  return input.safeParse(value).data ?? null;
}
