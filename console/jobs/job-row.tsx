import { createSignal, createUniqueId, Show, Suspense } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { isOpen, refreshJobs } from '../api/jobs.ts';
import type { Job } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { lazyNamed } from '../ui/lazy-named.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { SubmittingKey } from './submitter.tsx';

const JobDetails = lazyNamed(() => import('./job-details.tsx'), 'JobDetails');

const looks: Readonly<Record<Job['status'], readonly [Tone, IconName]>> = {
  queued: ['calm', 'clock'],
  running: ['calm', 'rotate'],
  completed: ['good', 'check'],
  failed: ['danger', 'warning'],
  cancelled: ['warning', 'close'],
};

/** One job with its progress; its name opens the rest. */
export function JobRow(props: {
  job: Job;
  mayCancel: boolean;
  /** Asks before finished work is lost. */
  onAsk: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const id = createUniqueId();
  const [isOpened, setOpened] = createSignal(false);
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrg = () =>
    (subOrgs.isSuccess ? subOrgs.data : []).find(({ id }) => id === props.job.subOrgId)?.name;
  const cancel = createAction(async () => {
    await api.trpc.jobs.cancel.mutate({ id: props.job.id });
    announce(text.cancelled);
    await refreshJobs(api);
  });
  return (
    <>
      <tr class="row">
        <th scope="row" class="cell-main">
          <button
            type="button"
            class="disclosure"
            aria-expanded={isOpened()}
            aria-controls={id}
            aria-label={text.detailsOf(props.job.id)}
            onClick={() => setOpened(!isOpened())}
          >
            <Icon name="chevron" />
            <span class="record-label">{text.types[props.job.type] ?? props.job.type}</span>
          </button>
          <code class="preview">{props.job.id}</code>{' '}
          <span class="key-id">
            <SubmittingKey id={props.job.createdBy} />
          </span>
          <Show when={props.job.errorMessage}>
            <p class="field-error job-error">
              <bdi>{props.job.errorMessage}</bdi>
            </p>
          </Show>
        </th>
        <td data-label={text.columns.subOrg}>
          <bdi>{subOrg() ?? text.all}</bdi>
        </td>
        <td data-label={text.columns.created}>
          <TimeAgo at={props.job.createdAt} />
        </td>
        <td data-label={text.columns.progress}>
          <Progress job={props.job} />
        </td>
        <td data-label={text.columns.status}>
          <Chip
            tone={looks[props.job.status][0]}
            icon={looks[props.job.status][1]}
            label={text.statuses[props.job.status]}
          />
        </td>
        <Show when={props.mayCancel}>
          <td class="cell-actions">
            <Show when={isOpen(props.job)}>
              <button
                type="button"
                class="button button-quiet button-warn"
                aria-haspopup={props.job.status === 'running' ? 'dialog' : undefined}
                aria-label={`${text.cancel} ${props.job.id}`}
                aria-disabled={cancel.isPending()}
                onClick={() =>
                  props.job.status === 'running' ? props.onAsk() : void cancel.start()
                }
              >
                {text.cancel}
              </button>
            </Show>
          </td>
        </Show>
      </tr>
      <Show when={cancel.problem()}>
        <tr class="row-problem">
          <td colSpan={6}>
            <ProblemNote problem={cancel.problem()} onRetry={() => void cancel.retry()} />
          </td>
        </tr>
      </Show>
      <tr class="row-details" id={id} hidden={!isOpened()}>
        <td colSpan={6}>
          <Show when={isOpened()}>
            <Suspense fallback={<Skeleton rows={2} />}>
              <JobDetails job={props.job} />
            </Suspense>
          </Show>
        </td>
      </tr>
    </>
  );
}

function Progress(props: { job: Job }) {
  const hasBegun = () => props.job.startedAt !== null || props.job.progress > 0;
  return (
    <div class="progress">
      {hasBegun() ? text.progress(props.job.progress, props.job.total) : text.waiting}
      <Show when={isOpen(props.job) && props.job.total}>
        {(total) => (
          <progress
            aria-label={`${text.columns.progress} ${props.job.id}`}
            max={total()}
            value={props.job.progress}
          />
        )}
      </Show>
    </div>
  );
}
