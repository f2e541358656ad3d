import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import type { Job, JobStatus } from './records.ts';

const openStatuses: readonly string[] = ['queued', 'running'] satisfies JobStatus[];

/** A job that has not ended. */
export function isOpen(job: Job): boolean {
  return openStatuses.includes(job.status);
}

export const jobQueries = {
  list: ({ trpc }: Api, status: JobStatus | undefined, cursor: string | undefined) => ({
    queryKey: ['jobs', 'list', status, cursor],
    queryFn: () =>
      trpc.jobs.list.query({
        limit: 25,
        ...(status ? { status } : {}),
        ...(cursor ? { cursor } : {}),
      }),
    placeholderData: keepPreviousData,
    // Progress is worth watching only while the page is looked at, which is when this runs.
    refetchInterval: 5_000,
  }),
};

export function refreshJobs({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['jobs'] });
}
