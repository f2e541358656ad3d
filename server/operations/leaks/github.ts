import { z } from 'zod';
import type { LookupScheme } from '../../../core/mod.ts';
import { inSteps } from '../../clock/in-steps.ts';
import { isSignedByGithub, namesGithubKey } from '../../leaks/github-keys.ts';
import { placeOf } from '../../leaks/place.ts';
import { InvalidInput, Problem } from '../../wire/problem.ts';
import { parseInput } from '../../wire/validation.ts';
import { publicAccess } from '../access.ts';
import { defineOperation, type Services } from '../operation.ts';
import { type Leak, leakOf, lookupSchemes } from './leak.ts';
import { takeBack } from './take-back.ts';

/** Matches that are hashed in one step. */
const stepSize = 500;

/** Matches to a call: GitHub sends thousands. */
const maxMatches = 20_000;

/**
 * The body of GitHub's call:
 * https://docs.github.com/code-security/secret-scanning/secret-scanning-partner-program
 */
export const githubMatches = z
  .array(
    z.object({
      token: z.string(),
      type: z.string(),
      url: z.string().nullish(),
      source: z.string().nullish(),
    }),
  )
  .max(maxMatches);

/** A match with the lookup values of its token. */
interface Match {
  readonly type: string;
  readonly digest: string;
  readonly lookups: readonly string[];
}

/** Recorded places of one leaked secret, at most. */
const mostPlaces = 10;

/** Takes back what GitHub's secret scanning found, and labels each match. */
export const reportGithubLeaks = defineOperation({
  name: 'leaks.github',
  summary: "Take in what GitHub's secret scanning found, by its signature",
  kind: 'mutation',
  access: publicAccess('github'),
  /** As received: the signature is over the bytes. */
  input: z.strictObject({ body: z.string(), headers: z.record(z.string(), z.string()) }),
  output: z.array(
    z.object({
      tokenHash: z.string(),
      tokenType: z.string(),
      label: z.enum(['true_positive', 'false_positive']),
    }),
  ),
  async prepare({ services }, { body, headers }) {
    if (!(await isSignedByGithub(body, headers, services.leaks.githubKeys))) throw unsigned();
    return read(await lookupSchemes(services), parseInput(githubMatches, parseJson(body)));
  },
  async run(work, _input, { matches, leaks }) {
    const ours = await takeBack(work, leaks);
    return matches.map(({ type, digest, lookups }) => ({
      tokenHash: digest,
      tokenType: type,
      label: label(lookups.some((lookup) => ours.has(lookup))),
    }));
  },
});

/**
 * Refuses by the headers alone a message that cannot be signed: a stranger's body is then never
 * collected.
 *
 * @throws {Problem} 401.
 */
export async function assertNamesGithubKey(
  { leaks }: Pick<Services, 'leaks'>,
  headers: Headers,
): Promise<void> {
  if (!(await namesGithubKey(Object.fromEntries(headers), leaks.githubKeys))) throw unsigned();
}

function unsigned(): Problem {
  return new Problem(401, 'Invalid signature', {
    'WWW-Authenticate': 'Bearer',
    Connection: 'close',
  });
}

/** GitHub knows these two words only. */
function label(isOurs: boolean): 'true_positive' | 'false_positive' {
  return isOurs ? 'true_positive' : 'false_positive';
}

/** The matches in their order, and each leak once, with every place that it was found in. */
async function read(schemes: readonly LookupScheme[], sent: z.output<typeof githubMatches>) {
  const matches: Match[] = [];
  const leaks = new Map<string, Leak & { readonly places: string[] }>();
  for await (const some of inSteps(sent, stepSize)) {
    for (const { token, type, url } of some) {
      const { digest, leak } = leakOf(schemes, token);
      const places = leaks.get(digest)?.places ?? [];
      if (url && places.length < mostPlaces) places.push(placeOf(url));
      leaks.set(digest, { ...leak, places });
      matches.push({ type, digest, lookups: leak.lookups });
    }
  }
  return { matches, leaks: [...leaks.values()] };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidInput([{ path: [], msg: 'malformed JSON', type: 'value_error.jsondecode' }]);
  }
}
