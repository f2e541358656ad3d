/**
 * A callback of the embedder whose failures change nothing: a throw, and the rejection of an async one,
 * which would end the process unhandled.
 */
export function unfailing<T>(callback: (value: T) => unknown): (value: T) => void {
  return (value) => {
    try {
      const returned = callback(value);
      if (isThenable(returned)) Promise.resolve(returned).catch(() => {});
    } catch {
      // What was decided stands without the report.
    }
  };
}

/** Whether a value is a promise, also one of another realm or library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
