import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createClerkDirectory } from '../../server/clerk/clerk-directory.ts';
import type { LargeClerk } from './large-clerk.ts';

/**
 * Serves a Clerk of one large organization from a thread of its own; gone at the
 * end of the scope. It signs no tokens.
 */
export async function startLargeClerk(workerData: LargeClerk) {
  const worker = new Worker(new URL('./large-clerk.ts', import.meta.url), { workerData });
  const [port] = (await once(worker, 'message')) as [number];
  const apiUrl = `http://127.0.0.1:${port}`;
  return {
    directory: createClerkDirectory({ secretKey: 'sk_test_1', jwtKey: '', apiUrl }),
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}
