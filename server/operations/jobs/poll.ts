import { z } from 'zod';
import { inSubOrgScope, permits, refusals } from '../../../core/mod.ts';
import { id } from '../../wire/fields.ts';
import { notFound, type Problem, refused } from '../../wire/problem.ts';
import { dataPlane } from '../access.ts';
import { environment, environmentOf } from '../assets/environment.ts';
import { defineOperation } from '../operation.ts';
import { jobResultRecord, jobs } from './job-record.ts';

const scopesByType = {
  repo_analysis: ['repos:read', 'repos:analyze'],
  extension_analysis: ['extensions:read', 'extensions:submit'],
  // Session-only jobs: no key has access to keys or to the installation.
  key_import: [],
  usage_prune: [],
} as const;

/**
 * One job, for the script that submitted it: a key may poll jobs that it may read, and also jobs
 * that it may only submit.
 */
export const pollJob = defineOperation({
  name: 'jobs.poll',
  summary: 'One job, under the scope rule of what it works on',
  kind: 'query',
  access: dataPlane(null, 'read'),
  input: z.strictObject({ jobId: id, environment: environment.optional() }),
  output: jobResultRecord,
  async run(work, { jobId, environment: asked }) {
    const { principal } = work;
    const { key } = principal;
    const may = (scope: string) => key === null || permits(key, scope);
    if (!Object.values(scopesByType).flat().some(may)) {
      throw insufficientScope(['repos:read', 'extensions:read']);
    }
    const job = await jobs.newest(work, {
      id: jobId,
      environment: environmentOf(principal, asked),
    });
    if (job === null) throw notFound('Job');
    if (!inSubOrgScope(principal.subOrgId, job.subOrgId)) {
      throw refused(refusals.job_out_of_scope);
    }
    const scopes: readonly string[] = scopesByType[job.type];
    if (key !== null && !scopes.some(may)) throw insufficientScope(scopes.slice(0, 1));
    return job;
  },
});

/** Names the scopes with which the key might have polled (RFC 6750, section 3.1). */
function insufficientScope(scopes: readonly string[]): Problem {
  const named = scopes.length === 0 ? '' : `, scope="${scopes.join(' ')}"`;
  return refused(refusals.insufficient_permissions, {
    'WWW-Authenticate': `Bearer error="insufficient_scope"${named}`,
  });
}
