import {
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
  useQueryClient,
} from '@tanstack/solid-query';
import { batch, createComputed, createMemo, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';

/**
 * A query's state, kept in step with the cache. A new version of a record updates its row in place
 * and does not replace it, so focus and open details stay.
 *
 * It replaces the adapter's own `useQuery`, which suspends: once a page had been shown from the
 * cache, each refetch took it out of the document and put it back, without focus.
 */
export function useQuery<Data>(
  options: () => QueryObserverOptions<Data>,
): QueryObserverResult<Data> {
  const queries = useQueryClient();
  const wanted = createMemo(() => {
    const complete = queries.defaultQueryOptions(options());
    return { ...complete, _optimisticResults: 'optimistic' as const };
  });
  const observer = new QueryObserver(queries, wanted());
  const first = observer.getOptimisticResult(wanted());
  const [shown, setShown] = createStore({ ...first });
  setShown('data', undefined);

  // The store writes into its value, and the cache is not ours: it gets copies only.
  function show({ data, ...known }: QueryObserverResult<Data>): void {
    batch(() => {
      setShown(known);
      setShown('data', data === undefined ? undefined : reconcile(structuredClone(data)));
    });
  }
  show(first);
  createComputed(
    on(
      wanted,
      (changed) => {
        observer.setOptions(changed);
        show(observer.getOptimisticResult(changed));
      },
      { defer: true },
    ),
  );
  onCleanup(observer.subscribe(show));
  return shown;
}
