import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { openVerifier } from '../../../server/store.ts';
import { compare } from '../compare.ts';
import { atMost, duration, type Section } from '../figure.ts';
import { bare, type Kind, kinds, populated, request, serverSecret } from '../population.ts';

const keysInUse = 1000;

/** A verification from the cache under a lease that is really held, against one hash of the key. */
export const warm: Section = async () => {
  const figures = [];
  for (const kind of kinds) figures.push(await measure(kind));
  return figures;
};

async function measure(kind: Kind) {
  await using database = await populated(kind, keysInUse);
  const { keys, url } = database;
  await using verifier = await openVerifier({ databaseUrl: url, serverSecret, ...bare });
  for (const key of keys) {
    if (!(await verifier.verify(key, request)).ok) throw new Error('a key was refused');
  }
  const keyOf = (n: number) => keys[n % keysInUse] ?? '';
  const misses = () => verifier.cacheCounters()?.misses;
  let before = misses();
  const { ratio, ours, reference } = await compare(
    (n) => verifier.verify(keyOf(n), request),
    (n) => sha256(utf8ToBytes(keyOf(n))),
    {
      // A pair in which the lease ran out, because this process did not get to run, was not warm.
      isValid() {
        const wasWarm = misses() === before;
        before = misses();
        return wasWarm;
      },
    },
  );
  return atMost(1, {
    what: `warm verification ÷ one \`@noble/hashes\` sha256 of the key, ${kind}`,
    value: ratio,
    absolute: `${duration(ours)} ÷ ${duration(reference)}`,
  });
}
