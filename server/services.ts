import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Dialect, type RandomSource, secureRandom } from '../core/mod.ts';
import { type AnthropicOptions, createAnthropicClient } from './anthropic/anthropic-client.ts';
import type { ScanServices } from './assets/scan-job.ts';
import type { AuditedDatabase } from './audit/audited-database.ts';
import { second } from './clock/durations.ts';
import { createFewAtOnce } from './clock/few-at-once.ts';
import { createEncryption } from './crypto/encryption.ts';
import type { Keyring } from './crypto/keyring.ts';
import { nodeHashing } from './crypto/node-hashing.ts';
import { createOutages } from './database/outages.ts';
import { createAnswersInProgress } from './idempotency/answers-in-progress.ts';
import { createGithubKeys } from './leaks/github-keys.ts';
import { publicTargets } from './network/target-policy.ts';
import type { Services } from './operations/operation.ts';
import { scan } from './scans/scan.ts';

/** Options of `createServices`. */
export interface ServicesOptions {
  readonly database: AuditedDatabase;
  /** `reporisk` only when absent. */
  readonly dialects?: readonly Dialect[];
  /** None when absent. */
  readonly extraScopes?: readonly string[];
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly anthropic: AnthropicOptions;
  /** The folder of uploaded files. */
  readonly uploads: string;
  /** Resolves when everything committed so far holds on every process that verifies keys. */
  readonly propagated: () => Promise<void>;
  /** Whether the database was restored, and the operator has not accepted that yet. */
  readonly isRestored: Services['isRestored'];
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  readonly random?: RandomSource;
  /** The allowed targets of webhooks; public addresses only when absent. */
  readonly targets?: Services['targets'];
  /** Overrides for scans. */
  readonly scans?: Partial<ScanServices['scans']>;
  /** Overrides for leak reports. */
  readonly leaks?: Partial<Services['leaks']>;
  /** False when absent. */
  readonly checksOutputs?: boolean;
}

/** Creates the services of operations. */
export function createServices(parts: ServicesOptions): Services {
  const {
    database,
    dialects = ['reporisk'],
    extraScopes = [],
    keyring,
    logger,
    uploads,
    propagated,
    isRestored,
  } = parts;
  const { now = Date.now, random = secureRandom, targets = publicTargets } = parts;
  const { checksOutputs = false } = parts;
  return {
    database,
    dialects,
    extraScopes,
    keyring,
    scheme: keyring.scheme,
    schemes: keyring.accepted.map(({ scheme }) => scheme),
    hashing: nodeHashing,
    encryption: createEncryption(keyring.key('credential'), random),
    anthropic: createAnthropicClient(parts.anthropic),
    scans: {
      scan: (source, context) => scan(source, { ...context, network: targets }),
      sandboxMs: second,
      ...parts.scans,
    },
    random,
    now,
    logger,
    outages: createOutages(logger),
    uploads,
    targets,
    sendTest: createFewAtOnce(),
    checkKey: createFewAtOnce(),
    leaks: {
      githubKeys: createGithubKeys({ fetch, now: () => performance.now() }),
      pause: (milliseconds) => setTimeout(milliseconds),
      ...parts.leaks,
    },
    answersInProgress: createAnswersInProgress(),
    propagated,
    isRestored,
    checksOutputs,
  };
}
