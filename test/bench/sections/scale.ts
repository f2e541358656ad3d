import { createVerifier } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { nodeHashing } from '../../../server/crypto/node-hashing.ts';
import { openVerifier } from '../../../server/store.ts';
import { compare } from '../compare.ts';
import { atMost, duration, type Section } from '../figure.ts';
import { bare, type Populated, populated, request, scheme, serverSecret } from '../population.ts';

const few = 1000;
const many = 1_000_000;
/** Keys that are verified: all of the few, and this many of the many, evenly spread. */
const verified = 20_000;

/** Verification where there are a million keys, against where there are a thousand, on SQLite. */
export const scale: Section = async () => {
  await using small = await populated('SQLite', few);
  await using large = await populated('SQLite', many, verified, true);
  return [await warm(small, large), await cold(small, large), ...(await byId(large))];
};

interface Keys {
  readonly url: string;
  readonly keys: readonly string[];
}

async function warm(small: Keys, large: Keys) {
  await using inSmall = await openVerifier({ databaseUrl: small.url, serverSecret, ...bare });
  await using inLarge = await openVerifier({ databaseUrl: large.url, serverSecret, ...bare });
  // As many in use on both sides: how much fits into a processor's cache is not the question.
  const keyIn = (keys: readonly string[]) => {
    const every = keys.length / few;
    const used = Array.from({ length: few }, (_, n) => keys[Math.floor(n * every)] ?? '');
    return (n: number) => used[n % few] ?? '';
  };
  const ofSmall = keyIn(small.keys);
  const ofLarge = keyIn(large.keys);
  const { ratio, ours, reference } = await compare(
    (n) => inLarge.verify(ofLarge(n), request),
    (n) => inSmall.verify(ofSmall(n), request),
  );
  return atMost(1.2, {
    what: '1,000,000 keys ÷ 1,000 keys, warm',
    value: ratio,
    absolute: `${duration(ours)} ÷ ${duration(reference)}`,
  });
}

async function cold(small: Keys, large: Keys) {
  await using databaseOfSmall = await openAuditedDatabase(small.url);
  await using databaseOfLarge = await openAuditedDatabase(large.url);
  const options = { schemes: [scheme], hashing: nodeHashing };
  const inSmall = createVerifier({ store: databaseOfSmall.keys, ...options });
  const inLarge = createVerifier({ store: databaseOfLarge.keys, ...options });
  const { ratio, ours, reference } = await compare(
    (n) => inLarge.verify(large.keys[n % large.keys.length] ?? '', request),
    (n) => inSmall.verify(small.keys[n % small.keys.length] ?? '', request),
  );
  return atMost(1.5, {
    what: `1,000,000 keys ÷ 1,000 keys, cold (${verified.toLocaleString('en')} of the million in turns)`,
    value: ratio,
    absolute: `${duration(ours)} ÷ ${duration(reference)}`,
  });
}

/** A `platform` key, which is found by its id, beside a RepoRisk key of the same table. */
async function byId({ url, keys, platformKeys }: Populated) {
  const asked = { dialects: ['platform'], scope: 'cases:read' } as const;
  const platformKey = (n: number) => platformKeys[n % platformKeys.length] ?? '';
  const reporiskKey = (n: number) => keys[n % keys.length] ?? '';
  await using database = await openAuditedDatabase(url);
  const options = { schemes: [scheme], hashing: nodeHashing };
  const verifier = createVerifier({ store: database.keys, ...options });
  const cold = await compare(
    (n) => verifier.verify(platformKey(n), asked),
    (n) => verifier.verify(reporiskKey(n), request),
  );
  await using cached = await openVerifier({ databaseUrl: url, serverSecret, ...bare });
  const warm = await compare(
    (n) => cached.verify(platformKey(n % few), asked),
    (n) => cached.verify(reporiskKey(n % few), request),
  );
  return [
    atMost(1.5, {
      what: 'a platform key ÷ a RepoRisk key among 1,000,000, cold',
      value: cold.ratio,
      absolute: `${duration(cold.ours)} ÷ ${duration(cold.reference)}`,
    }),
    atMost(1.5, {
      what: 'the same, warm',
      value: warm.ratio,
      absolute: `${duration(warm.ours)} ÷ ${duration(warm.reference)}`,
    }),
  ];
}
