import { z } from 'zod';
import { anyone } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { leakOf, lookupSchemes } from './leak-of.ts';
import { takeBack } from './take-back.ts';

/**
 * Takes a leaked key back, whoever found it. The answer is the same for any text, and no sooner for
 * one that is no key: it must tell nobody which keys there are.
 */
export const reportLeak = defineOperation({
  name: 'leaks.report',
  summary: 'Report a key that turned up in public: it is revoked',
  kind: 'mutation',
  takesAtLeast: 250,
  access: anyone('anyone', { limitedByAddress: true }),
  input: z.strictObject({ token: z.string() }),
  output: z.object({ status: z.literal('accepted') }),
  // As copied: whoever reports a key has no second try, because the answer tells him nothing.
  prepare: async ({ services }, { token }) => leakOf(await lookupSchemes(services), token.trim()),
  async run(work, _input, { leak }) {
    await takeBack(work, [leak]);
    return { status: 'accepted' as const };
  },
});
