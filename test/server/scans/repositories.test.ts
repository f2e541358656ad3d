import { expect, test } from 'vitest';
import { repositoryOf, startGitServer } from '../../support/git-server.ts';
import { harmless, malicious } from './sample-repositories.ts';
import { scanIn } from './scanning.ts';

const places = (findings: readonly { rule: string; file: string | null; line: number | null }[]) =>
  findings.map(({ rule, file, line }) => [rule, file, line]).sort();

test.concurrent.each(Object.entries({ ...harmless, ...malicious }))(
  'scan() finds by rules exactly what is there: %s',
  async (_name, { files, finds, level }) => {
    await using server = await startGitServer({ sample: repositoryOf(files) });
    const { report, left } = await scanIn({ kind: 'repository', url: `${server.origin}/sample` });
    expect(places(report?.findings ?? [])).toEqual([...finds].sort());
    expect(report?.riskLevel).toBe(level);
    expect(report?.partial).toBe(false);
    expect(left).toEqual([]);
  },
);
