import { expect, test } from 'vitest';
import { demoDatabase, onBothDatabases, startServer, startServerOn } from '../../support/server.ts';
import { form, jobsOf, stopping, submit } from './submitting.ts';

const inProgress = {
  status: 409,
  text: '{"detail":"A request with this Idempotency-Key is in progress"}',
  isReplayed: false,
  retryAfter: '1',
};

onBothDatabases((kind) => {
  test('of many at once one is made, and the others are told to wait or answered alike', async () => {
    await using place = await demoDatabase(kind);
    await using one = await startServer({ database: place.url });
    await using other = await startServer({ database: place.url });
    const as = one.session({ user: 'ada', organization: 'org_demo_acme', role: 'admin' });
    const before = await jobsOf(one);
    for (const options of [{}, form('b', 'content')]) {
      const sent = Array.from({ length: 12 }, (_, index) =>
        submit(index % 2 ? one : other, JSON.stringify(options), { as, ...options }),
      );
      const answers = await Promise.all(sent);
      const made = answers.filter(({ status, isReplayed }) => status === 202 && !isReplayed);
      expect(made).toHaveLength(1);
      for (const each of answers) {
        if (each.status === 202) expect(each.text).toBe(made[0]?.text);
        else expect(each).toEqual(inProgress);
      }
    }
    expect(await jobsOf(other)).toBe(before + 2);
  });

  test('while the first is under way, the same key is in progress; if it fails, it was none', async () => {
    const stop = stopping();
    await using server = await startServerOn(kind, { wrap: stop.wrap });
    const as = server.token('parent-admin');
    await submit(server, 'warm', { as });
    const before = await jobsOf(server);
    stop.state.at = 'the beginning';
    const first = submit(server, 'a', { as });
    await stop.reached;
    expect(await submit(server, 'a', { as })).toEqual(inProgress);
    stop.goOn.reject(new Error('the database went away'));
    expect((await first).status).toBe(500);
    expect(await jobsOf(server)).toBe(before);
    expect(await submit(server, 'a', { as })).toMatchObject({ status: 202, isReplayed: false });
    expect(await jobsOf(server)).toBe(before + 1);
  });

  test('after a crash between store and answer, another process gives the answer', async () => {
    const stop = stopping();
    await using place = await demoDatabase(kind);
    await using crashed = await startServer({ database: place.url, wrap: stop.wrap });
    const as = crashed.session({ user: 'ada', organization: 'org_demo_acme', role: 'admin' });
    await submit(crashed, 'warm', { as });
    stop.state.at = 'after the commit';
    const unanswered = submit(crashed, 'a', { as }).catch(() => 'unanswered');
    await stop.reached;

    await using other = await startServer({ database: place.url });
    const known = other.session({ user: 'ada', organization: 'org_demo_acme', role: 'admin' });
    const jobs = await jobsOf(other);
    const answered = await submit(other, 'a', { as: known });
    expect(answered).toMatchObject({ status: 202, isReplayed: true });
    const { job_id: id } = JSON.parse(answered.text);
    const { status } = await other.fetch(`/api/v1/jobs/${id}`, { as: known });
    expect([status, await jobsOf(other)]).toEqual([200, jobs]);
    stop.goOn.resolve();
    expect(await unanswered).toEqual({ ...answered, isReplayed: false });
  });
});

test('on PostgreSQL, a request of another process is in progress until its transaction ends', async () => {
  const stop = stopping();
  await using place = await demoDatabase('postgresql');
  await using one = await startServer({ database: place.url, wrap: stop.wrap });
  await using other = await startServer({ database: place.url });
  const ada = { user: 'ada', organization: 'org_demo_acme', role: 'admin' } as const;
  const [here, there] = [one.session(ada), other.session(ada)];
  await submit(one, 'warm', { as: here });
  stop.state.at = 'before the commit';
  const first = submit(one, 'a', { as: here });
  await stop.reached;
  expect(await submit(other, 'a', { as: there })).toEqual(inProgress);
  stop.goOn.resolve();
  const answered = await first;
  expect(answered).toMatchObject({ status: 202, isReplayed: false });
  expect(await submit(other, 'a', { as: there })).toEqual({ ...answered, isReplayed: true });
});
