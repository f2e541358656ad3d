import { Job } from '../database/entities/job.ts';
import { cancelJob } from '../operations/jobs/cancel.ts';
import { listJobs } from '../operations/jobs/list.ts';
import { snakeKeys } from '../wire/case.ts';
import { notFound } from '../wire/problem.ts';
import type { Command } from './command.ts';
import { everyItem } from './context.ts';
import { listResult } from './table.ts';

const list: Command = {
  name: 'jobs list',
  usage: '[--org CLERK_ID]',
  summary: "List an organization's jobs, or the installation's own",
  options: ['org'],
  async run(context, given) {
    const org = given.option('org') ?? null;
    const jobs = await everyItem((page) => context.execute(listJobs, org, page));
    return listResult(
      jobs,
      {
        ID: ({ id }) => id,
        TYPE: ({ type }) => type,
        STATUS: ({ status }) => status,
        DONE: ({ progress, total }) => (total === null ? progress : `${progress} of ${total}`),
        CREATED: ({ createdAt }) => createdAt,
      },
      'No job yet',
    );
  },
};

const cancel: Command = {
  name: 'jobs cancel',
  usage: 'JOB_ID',
  summary: 'Cancel a job that has not ended; what it has done stays',
  positionals: ['JOB_ID'],
  async run(context, { positionals: [id = ''] }) {
    const { services } = await context.installation();
    const job = await services.database.read().findOne(Job, { id });
    if (job === null) throw notFound('Job');
    const cancelled = await context.execute(cancelJob, job.orgId ?? null, { id });
    return { json: snakeKeys(cancelled), text: `Cancelled ${id}` };
  },
};

export const jobCommands: readonly Command[] = [list, cancel];
