import { acceptedLate, deploy } from '../../processes/deployment.ts';
import { startPostgres } from '../../support/postgres-process.ts';
import { quantile } from '../compare.ts';
import { atMost, rounded, type Section } from '../figure.ts';

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
  const issued = await deployment.issue(revocations);
  const keys = issued.map(({ key }) => key);
  for (const node of deployment.nodes) await node.ask('watch', keys);

  const answers: number[] = [];
  const took: number[] = [];
  for (const { id } of issued) {
    const revoked = await deployment.revoke(id);
    answers.push(revoked.answered);
    took.push(revoked.took);
  }
  const reports = await Promise.all(deployment.nodes.map((node) => acceptedLate(node, answers)));
  const sum = (of: (report: (typeof reports)[number]) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  return [
    atMost(0, {
      what: 'accepted after the revocation was answered, PostgreSQL',
      value: sum((report) => report.late),
      absolute: `${processes} processes, ${revocations} revocations, ${rounded(
        sum((report) => report.verifications),
      )} verifications, ${rounded(sum((report) => report.hits))} from the cache`,
    }),
    atMost(25, {
      what: 'revocation until it holds everywhere, p99',
      value: quantile(took, 0.99),
      absolute: `p50 ${rounded(quantile(took, 0.5))} ms, longest ${rounded(quantile(took, 1))} ms`,
      unit: ' ms',
    }),
  ];
};
