import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshJobs } from '../api/jobs.ts';
import { anthropicKey } from '../messages/messages.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

const text = anthropicKey.retry;

/** Does all scans again that failed for the key. A second press repeats none. */
export function RetryScans() {
  const api = useApi();
  const announce = useStatusLine();
  const retry = createAction(async () => {
    const { retried } = await api.trpc.jobs.retryFailed.mutate({});
    announce(text.done(retried));
    await refreshJobs(api);
  });
  return (
    <section class="card panel-plain" aria-labelledby="retry-scans">
      <header class="panel-head">
        <div>
          <h2 id="retry-scans">{text.title}</h2>
          <p class="muted">{text.lead}</p>
        </div>
        <button
          type="button"
          class="button"
          aria-disabled={retry.isPending()}
          onClick={() => void retry.start()}
        >
          {retry.isPending() ? text.working : text.action}
        </button>
      </header>
      <ProblemNote problem={retry.problem()} onRetry={() => void retry.retry()} />
    </section>
  );
}
