import { type JSX, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { jobQueries } from '../api/jobs.ts';
import { problemOf } from '../api/problem.ts';
import type { Job } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { JobResult } from './job-result.tsx';
import { Submitter } from './submitter.tsx';

/** A job's submitter, times and result. */
export function JobDetails(props: { job: Job }) {
  const api = useApi();
  const job = useQuery(() => jobQueries.one(api, props.job));
  return (
    <div class="details">
      <dl class="facts">
        <Fact name={text.details.by}>
          <Submitter id={props.job.createdBy} />
        </Fact>
        <Fact name={text.details.started}>
          <Moment at={props.job.startedAt} />
        </Fact>
        <Fact name={text.details.ended}>
          <Moment at={props.job.completedAt} />
        </Fact>
        <Fact name={text.details.id}>
          <code>{props.job.id}</code>{' '}
          <CopyButton value={props.job.id} label={text.copyId(props.job.id)} />
        </Fact>
      </dl>
      <Show when={props.job.status === 'completed'}>
        <div>
          <h2 class="details-title">{text.details.result}</h2>
          <Switch>
            <Match when={job.isPending}>
              <Skeleton rows={2} />
            </Match>
            <Match when={job.isError}>
              <ProblemNote problem={problemOf(job.error)} onRetry={() => void job.refetch()} />
            </Match>
            <Match when={job.isSuccess && job.data.result}>
              {(result) => <JobResult result={result()} />}
            </Match>
            <Match when={true}>
              <p class="muted">{text.details.none}</p>
            </Match>
          </Switch>
        </div>
      </Show>
    </div>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Moment(props: { at: string | null }) {
  return (
    <Show when={props.at} fallback={text.details.notYet}>
      {(at) => <TimeAgo at={at()} />}
    </Show>
  );
}
