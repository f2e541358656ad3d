import {
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
  useQueryClient,
} from '@tanstack/solid-query';
import { batch, createComputed, createMemo, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';

/**
 * What is known of something, kept in step with the cache. A record that comes again changes the row
 * that shows it and does not replace it, so focus and open details stay.
 *
 * It stands in for the adapter's own `useQuery`, which suspends: once a page had been shown from the
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

  // The store writes into what it holds, and the cache is not ours: it gets copies only.
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
