import { expect, test } from 'vitest';
import { createBodyBudgets } from '../../../server/rest/body-budget.ts';

const mebibyte = 1024 * 1024;
const busy = 'Too many requests are being received, retry shortly';

test('an organization that holds its share of bodies keeps itself out, and no other', () => {
  const bodies = createBodyBudgets();
  const share = (organization: string) => {
    const one = bodies.callers();
    one.belongTo(organization);
    return one;
  };
  {
    using held = share('org_a');
    held.add(8 * mebibyte);
    expect(() => share('org_a').add(1)).toThrow(busy);
    for (let n = 0; n < 7; n++) share(`org_${n}`).add(8 * mebibyte);
    expect(() => share('org_b').add(1)).toThrow(busy);
  }
  using after = share('org_a');
  after.add(8 * mebibyte);
});

test('strangers keep each other out, and no caller', () => {
  const bodies = createBodyBudgets();
  for (let n = 0; n < 16; n++) bodies.strangers().add(mebibyte);
  expect(() => bodies.strangers().add(1)).toThrow(busy);
  bodies.callers().add(mebibyte);
});
