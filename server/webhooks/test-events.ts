/** Maximum of concurrent test events of one organization in a process. */
const maxAtOnce = 2;

/**
 * Sends a test event of an organization, unless its maximum is in flight: each holds a request for
 * as long as the endpoint takes.
 *
 * @returns null when it was not sent.
 */
export type SendTest = <T>(orgId: string, send: () => Promise<T>) => Promise<T | null>;

/** Creates the limiter of one process. */
export function createSendTest(): SendTest {
  const underWay = new Map<string, number>();
  return async (orgId, send) => {
    const before = underWay.get(orgId) ?? 0;
    if (before >= maxAtOnce) return null;
    underWay.set(orgId, before + 1);
    try {
      return await send();
    } finally {
      const left = (underWay.get(orgId) ?? 1) - 1;
      if (left === 0) underWay.delete(orgId);
      else underWay.set(orgId, left);
    }
  };
}
