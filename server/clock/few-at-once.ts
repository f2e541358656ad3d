/** Maximum of concurrent calls of one organization in a process. */
const maxAtOnce = 2;

/**
 * Runs work of an organization that waits for another host, unless its maximum is in flight: each
 * holds a request for as long as that host takes.
 *
 * @returns null when it was not run.
 */
export type FewAtOnce = <T>(orgId: string, run: () => Promise<T>) => Promise<T | null>;

/** Creates the limiter of one process. */
export function createFewAtOnce(): FewAtOnce {
  const underWay = new Map<string, number>();
  return async (orgId, run) => {
    const before = underWay.get(orgId) ?? 0;
    if (before >= maxAtOnce) return null;
    underWay.set(orgId, before + 1);
    try {
      return await run();
    } finally {
      const left = (underWay.get(orgId) ?? 1) - 1;
      if (left === 0) underWay.delete(orgId);
      else underWay.set(orgId, left);
    }
  };
}
