import { acceptedLate, type Deployment, deploy } from '../../processes/deployment.ts';
import { startPostgres } from '../../support/postgres-process.ts';
import { quantile } from '../compare.ts';
import { atMost, reference, rounded, type Section } from '../figure.ts';

const revocations = 1000;
const processes = 3;

/**
 * Three processes that verify every key without pause, while a fourth revokes them one by one by the
 * product's own operation, on a PostgreSQL that keeps its promise of durability. Late is a
 * verification that began, by the clock they share, after the revocation had answered.
 */
export const revocation: Section = async () => {
  await using postgres = await startPostgres();
  await using deployment = await deploy(`${postgres.url}/postgres`, processes);
  const idle = await revokeAll(deployment, await deployment.issue(revocations / 5));

  const issued = await deployment.issue(revocations);
  const keys = issued.map(({ key }) => key);
  for (const node of deployment.nodes) await node.ask('watch', keys);
  const busy = await revokeAll(deployment, issued);
  const reports = await Promise.all(
    deployment.nodes.map((node) => acceptedLate(node, busy.answers)),
  );
  const sum = (of: (report: (typeof reports)[number]) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  return [
    atMost(0, {
      what: 'accepted after the revocation was answered, PostgreSQL',
      value: sum((report) => report.late),
      absolute: `${processes} processes, ${rounded(revocations)} revocations, ${rounded(
        sum((report) => report.verifications),
      )} verifications, ${rounded(sum((report) => report.hits))} from the cache`,
    }),
    atMost(25, latency('revocation, p99, every process verifying without pause', busy)),
    reference(latency('the same, every process idle', idle)),
  ];
};

interface Revocations {
  readonly answers: readonly number[];
  readonly took: readonly number[];
  readonly waited: readonly number[];
}

async function revokeAll(
  deployment: Deployment,
  issued: readonly { readonly id: string }[],
): Promise<Revocations> {
  const answers: number[] = [];
  const took: number[] = [];
  const waited: number[] = [];
  for (const { id } of issued) {
    const revoked = await deployment.revoke(id);
    answers.push(revoked.answered);
    took.push(revoked.took);
    waited.push(revoked.waited);
  }
  return { answers, took, waited };
}

function latency(what: string, { took, waited }: Revocations) {
  const at = (part: number) => `${rounded(quantile(took, part))} ms`;
  const wait = (part: number) => `${rounded(quantile(waited, part))} ms`;
  return {
    what,
    value: quantile(took, 0.99),
    absolute: `p50 ${at(0.5)}, p99 ${at(0.99)}; of it until every process knows p50 ${wait(0.5)}, p99 ${wait(0.99)}`,
    unit: ' ms',
  };
}
