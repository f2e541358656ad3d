/**
 * A process that embeds verification, as a service of another team would.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { type OpenVerifierOptions, openVerifier } from '../../server/store.ts';
import { answering, instant } from './answering.ts';

/** The settings of a node. */
export interface NodeSettings extends Pick<OpenVerifierOptions, 'databaseUrl'> {
  readonly databaseListenUrl?: string;
  /** Hexadecimal. */
  readonly serverSecret: string;
}

/** The results of verifying one key without pause. */
export interface Watched {
  /** When the last verification that accepted it began; null when none did. */
  readonly lastAccepted: number | null;
}

/** Verifications between two checks for other work. */
const burst = 100;

const settings: NodeSettings = JSON.parse(process.argv[2] ?? '');
const verifier = await openVerifier({
  ...settings,
  serverSecret: Buffer.from(settings.serverSecret, 'hex'),
  // It verifies without pause: only the answers matter here.
  usage: false,
  limits: false,
  onError: () => {},
});
const request = { scope: 'repos:read' };

let keys: readonly string[] = [];
let lastAccepted = new Float64Array(0);
let verifications = 0;
let isWatching = false;
let stopped = Promise.resolve();

async function status(key: string): Promise<number> {
  const outcome = await verifier.verify(key, request);
  return outcome.ok ? 200 : outcome.refusal.status;
}

async function verifyWithoutPause(): Promise<void> {
  for (let n = 0; isWatching; n = (n + 1) % keys.length) {
    const began = instant();
    const pending = verifier.verify(keys[n] ?? '', request);
    const outcome = pending instanceof Promise ? await pending : pending;
    if (outcome.ok) lastAccepted[n] = began;
    if (++verifications % burst === 0) await setImmediate();
  }
}

const commands = {
  /** The status that a key is answered with. */
  verify: (key: string) => status(key),

  /** Resolves once a key is answered with a status. */
  async verifyUntil({ key, status: wanted }: { key: string; status: number }): Promise<true> {
    while ((await status(key)) !== wanted) await setImmediate();
    return true;
  },

  /** Begins to verify keys in turns, without pause. */
  async watch(watched: readonly string[]): Promise<true> {
    keys = watched;
    lastAccepted = new Float64Array(keys.length);
    verifications = 0;
    isWatching = true;
    stopped = verifyWithoutPause();
    return true;
  },

  /** Ends it, and reports its results, key by key. */
  async report(_: null) {
    isWatching = false;
    await stopped;
    const watched: Watched[] = Array.from(lastAccepted, (at) => ({
      lastAccepted: at === 0 ? null : at,
    }));
    return { watched, verifications, hits: verifier.cacheCounters()?.hits ?? 0 };
  },
};

/** The commands of a node. */
export type NodeCommands = typeof commands;

answering(commands);
