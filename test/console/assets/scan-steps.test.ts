import { expect, test } from 'vitest';
import { assets } from '../../../console/messages/messages.ts';
import { scanSteps } from '../../../server/scans/scan.ts';

test('the console names each step of a scan, in its order', () => {
  const named = assets.repos.steps.map(([from]) => from);
  expect(named).toEqual([0, ...Object.values(scanSteps)]);
});
