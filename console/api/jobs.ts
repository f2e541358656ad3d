import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import type { Job, JobStatus, JobType } from './records.ts';

const openStatuses: readonly string[] = ['queued', 'running'] satisfies JobStatus[];

/** A job that has not ended. */
export function isOpen(job: Job): boolean {
  return openStatuses.includes(job.status);
}

export interface JobFilter {
  readonly status: JobStatus | undefined;
  readonly type: JobType | undefined;
}

export const jobQueries = {
  list: ({ trpc }: Api, { status, type }: JobFilter, cursor: string | undefined) => ({
    queryKey: ['jobs', 'list', status, type, cursor],
    queryFn: () => trpc.jobs.list.query(defined({ limit: 25, status, type, cursor })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }: { state: { data?: { items: Job[] } | undefined } }) =>
      pulse(state.data?.items ?? []),
  }),
  /** With its result. An open job is fetched again whenever the list shows a newer version. */
  one: ({ trpc }: Api, { id, updatedAt }: Job) => ({
    queryKey: ['jobs', 'one', id, updatedAt],
    queryFn: () => trpc.jobs.get.query({ id }),
    placeholderData: keepPreviousData,
  }),
};

/** The refetch interval in milliseconds: short for running jobs, longer for waiting ones. */
function pulse(jobs: readonly Job[]): number | false {
  if (jobs.some(({ status }) => status === 'running')) return 2_000;
  return jobs.some(isOpen) ? 10_000 : false;
}

export function refreshJobs({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['jobs'] });
}
