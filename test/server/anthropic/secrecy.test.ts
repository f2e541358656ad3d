import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Scan } from '../../../server/assets/scan-job.ts';
import { anthropicKey, refusals } from '../../support/anthropic-server.ts';
import { everythingIn } from '../../support/everything-in.ts';
import type { SendOptions } from '../../support/server.ts';
import { demoAnthropicKey, onBothDatabases } from '../../support/server.ts';
import { found, startScanning, twoQuestions } from './scanning.ts';

const settings = '/api/v1/settings';
const as = 'parent-admin';

onBothDatabases((kind) => {
  test('an Anthropic key is nowhere: not in the database, files, log, answers, jobs or metrics', async () => {
    const [set, refused, leaked] = ['set', 'refused', 'leaked'].map((name) =>
      anthropicKey(`${name}-0123456789`),
    ) as [string, string, string];
    // A repository that holds a key, and errors that quote one.
    const scan: Scan = async (source, options) => {
      if ('url' in source && source.url.endsWith('broken')) throw new Error(`with ${set}`);
      const report = await twoQuestions(source, options);
      const evidence = `KEY=${leaked}\0\uD800`;
      return { ...report, summary: leaked, findings: [{ ...found, evidence }] };
    };
    await using it = await startScanning(kind, { scans: { scan } });
    const { server, anthropic } = it;
    const answers: string[] = [];
    const send = async (path: string, options: SendOptions = {}) => {
      const response = await server.fetch(path, { as, ...options });
      const text = await response.text();
      answers.push(JSON.stringify([...response.headers]), text);
      return { status: response.status, text };
    };
    anthropic.refuse(refused, { ...refusals.rejected, message: `invalid key ${refused}` });
    const secrets = [set, refused, leaked, demoAnthropicKey];
    for (const key of [refused, set]) {
      await send(`${settings}/anthropic-key`, { method: 'PUT', json: { api_key: key } });
      await send('/trpc/anthropicKey.set', { json: { apiKey: key } });
      // Put where it does not belong.
      await send(`${settings}/anthropic-key`, {
        method: 'PUT',
        json: { api_key: `${key} ${key}` },
      });
      await send(`${settings}/anthropic-key`, { method: 'PUT', json: { [key]: key } });
      await send(`${settings}/anthropic-key?api_key=${key}`, { method: 'PUT', json: {} });
      await send(`${settings}/anthropic-key`, {
        method: 'PUT',
        body: `{"api_key": ${key}`,
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
      });
      await send(`${settings}/api-keys`, { json: { label: key } });
      await send(`${settings}/api-keys?search=${key}`);
      await send('/api/v1/repos/analyze', { json: { url: `https://git.invalid/?k=${key}` } });
      await send('/api/v1/repos', { headers: { 'user-agent': key, 'x-api-key': key } });
      await send('/api/v1/repos', { as: key });
      await send(`/${key}`);
    }
    const jobs: string[] = [];
    for (const name of ['fine', 'broken', 'late']) jobs.push((await it.submit(name)).job);
    const requested = anthropic.requests.length;
    await it.work();
    expect(anthropic.requests.slice(requested).map(({ key }) => key)).toContain(set);
    anthropic.refuse(set, { ...refusals.rejected, message: `invalid key ${set}` });
    jobs.push((await it.submit('revoked')).job);
    await it.work();
    for (const job of jobs) await send(`${settings}/jobs/${job}`);
    await send('/api/v1/repos?limit=100');
    await send(`${settings}/anthropic-key`);
    await send(`${settings}/anthropic-key/check`, { method: 'POST' });
    await send(`${settings}/anthropic-key/usage`);
    await send(`${settings}/audit-log?limit=100`);
    await send(`${settings}/anthropic-key`, { method: 'DELETE' });
    await send('/metrics');
    const completed = JSON.parse((await send(`${settings}/jobs/${jobs[0]}`)).text);
    expect(completed.result).toMatchObject({
      summary: '[API key]',
      findings: [{ evidence: 'KEY=[API key]\uFFFD\uFFFD' }],
    });

    const places = {
      database: await everythingIn(server),
      log: server.log.join('\n'),
      answers: answers.join('\n'),
      files: (await readdir(server.uploads)).join(),
    };
    expect(places.files).toBe('');
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        const bytes = Buffer.from(secret);
        const spellings = [secret.slice(13, -2), bytes.toString('hex'), bytes.toString('base64')];
        for (const each of spellings) expect(text.includes(each), `${place}: ${each}`).toBe(false);
      }
    }
  });
});
