import { expect, test } from 'vitest';
import { estimatedUsd } from '../../../server/anthropic/prices.ts';
import { recordTokens } from '../../../server/anthropic/token-use.ts';
import { onBothDatabases } from '../../support/server.ts';
import { startScanning } from './scanning.ts';

const day = 86_400_000;

onBothDatabases((kind) => {
  test('the tokens of each answer count for its day, and those of a scan are in its result', async () => {
    await using it = await startScanning(kind);
    const { job } = await it.submit('first');
    await it.work();
    it.clock.advance(day);
    await it.submit('second');
    await it.submit('third');
    await it.work();
    const { body } = await it.call('settings/anthropic-key/usage');
    expect(body.days).toHaveLength(30);
    const date = (before: number) =>
      new Date(it.clock.now() - before * day).toISOString().slice(0, 10);
    const none = { input_tokens: 0, output_tokens: 0, estimated_usd: 0, unusual: false };
    expect(body.days[0]).toEqual({ day: date(29), ...none });
    expect(body.days.slice(-3)).toEqual([
      { day: date(2), ...none },
      { ...none, day: date(1), input_tokens: 2_000, output_tokens: 400, estimated_usd: 0.008 },
      { ...none, day: date(0), input_tokens: 4_000, output_tokens: 800, estimated_usd: 0.016 },
    ]);
    const use = { input_tokens: 2_000, output_tokens: 400 };
    expect((await it.job(job)).result).toMatchObject({ usage: use });
  });

  test('a day is unusual above three times the mean of the days of use before it', async () => {
    await using it = await startScanning(kind);
    const { database } = it.server;
    const record = (before: number, inputTokens: number, model = 'claude-sonnet-4-5') =>
      recordTokens(database, {
        ...{ orgId: 'org_demo_acme', model, at: new Date(it.clock.now() - before * day) },
        ...{ inputTokens, outputTokens: 0 },
      });
    for (const [before, tokens] of [
      [20, 9_000_000],
      [9, 1_000],
      [7, 1_000],
      [3, 3_001],
      [2, 1_000],
      [1, 4_502],
      [0, 1],
    ] as const) {
      await record(before, tokens);
    }
    await record(2, 1, 'claude-unknown');
    const { body } = await it.call('settings/anthropic-key/usage');
    const unusual = body.days.flatMap((each: { unusual: boolean }, index: number) =>
      each.unusual ? 29 - index : [],
    );
    // Two days of use are no measure for day 3; the four before day 1 have a mean of 1,500.5.
    expect(unusual).toEqual([1]);
    // The price of one model is unknown, so that of the day is.
    expect(body.days[27]).toMatchObject({ input_tokens: 1_001, estimated_usd: null });
  });
});

test('estimatedUsd() knows a model by its id, dated or not, and no other of its name', () => {
  const tokens = { inputTokens: 1_000_000, outputTokens: 100_000 };
  expect(estimatedUsd('claude-sonnet-4-5', tokens)).toBe(4.5);
  expect(estimatedUsd('claude-sonnet-4-5-20250929', tokens)).toBe(4.5);
  expect(estimatedUsd('claude-opus-4-8', tokens)).toBeNull();
});
