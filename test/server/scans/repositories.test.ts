import { expect, test } from 'vitest';
import { unpackedAtOnce } from '../../../server/scans/limits.ts';
import { scanSteps } from '../../../server/scans/scan.ts';
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

test('scans unpack in turns, so that a processor is left to requests; one that is stopped gives its turn up', async () => {
  const files = Array.from({ length: 40 }, (_, n) => [
    `src/${n}.js`,
    'let a = 1;\n'.repeat(20_000),
  ]);
  await using server = await startGitServer({ sample: repositoryOf(Object.fromEntries(files)) });
  const url = `${server.origin}/sample`;
  let unpacking = 0;
  let most = 0;
  const stop = new AbortController();
  const onProgress = (percent: number) => {
    if (percent === scanSteps.rules) unpacking += 1;
    if (percent === scanSteps.model) unpacking -= 1;
    most = Math.max(most, unpacking);
    if (percent === scanSteps.rules) stop.abort(new Error('cancelled'));
  };
  const source = { kind: 'repository', url } as const;
  const many = Array.from({ length: unpackedAtOnce * 2 + 1 });
  const scans = many.map(() => scanIn(source, { onProgress }));
  const stopped = scanIn(source, { signal: stop.signal });
  expect((await stopped).error).toEqual(new Error('cancelled'));
  for (const { report } of await Promise.all(scans)) expect(report?.riskLevel).toBe('low');
  expect([most, unpacking]).toEqual([unpackedAtOnce, 0]);
});
