import { z } from 'zod';
import { inSteps } from '../../clock/in-steps.ts';
import { findKeys } from '../../leaks/find-keys.ts';
import { placeOf } from '../../leaks/place.ts';
import { publicAccess } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { type Leak, leakOf, lookupSchemes } from './leak.ts';
import { takeBack } from './take-back.ts';

/** Texts in one report. */
const maxTexts = 1000;

/** Distinct candidates that are looked up, all in one statement. */
const maxCandidates = 1000;

/** Candidates that are hashed in one step. */
const stepSize = 200;

/** Milliseconds that the search and the writing take at most, on a machine that is not overloaded. */
const workMs = 250;

/** Where a key was found: an address that is shown as text. It may well hold the key. */
const place = z
  .string()
  .max(2000)
  .refine(
    (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
    'expected an http or https URL',
  );

/**
 * Takes back the leaked keys that are in a text, or in many. The answer to any text has the same
 * bytes and the same time: a difference would show a stranger which keys exist.
 */
export const reportLeak = defineOperation({
  name: 'leaks.report',
  summary: 'Report keys that turned up in public: they are revoked',
  kind: 'mutation',
  // A revocation waits for a silent process of the deployment: so does the report of an unknown text.
  takesAtLeast: ({ database: { timing } }) => timing.length + timing.margin + workMs,
  access: publicAccess('anyone', { limitedByAddress: true }),
  input: z
    .strictObject({
      token: z.string().optional(),
      tokens: z.array(z.string()).min(1).max(maxTexts).optional(),
      url: place.optional(),
    })
    .superRefine(({ token, tokens }, context) => {
      if ((token === undefined) !== (tokens === undefined)) return;
      const path = [token === undefined ? 'token' : 'tokens'];
      context.addIssue({ code: 'custom', path, message: 'give either token or tokens' });
    }),
  output: z.object({ status: z.literal('accepted') }),
  async prepare({ services }, { token = '', tokens = [token], url }) {
    const places = url === undefined ? [] : [placeOf(url)];
    const schemes = await lookupSchemes(services);
    const leaks: Leak[] = [];
    for await (const some of inSteps(await findKeys(tokens, maxCandidates), stepSize)) {
      for (const candidate of some) leaks.push(leakOf(schemes, candidate, places).leak);
    }
    return leaks;
  },
  async run(work, _input, leaks) {
    await takeBack(work, leaks);
    return { status: 'accepted' as const };
  },
});
