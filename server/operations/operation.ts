import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Dialect, Hashing, KeyRecord, LookupScheme, RandomSource } from '../../core/mod.ts';
import type { AnthropicClient } from '../anthropic/anthropic-client.ts';
import type { ScanServices } from '../assets/scan-job.ts';
import type { AuditedDatabase } from '../audit/audited-database.ts';
import type { Hold } from '../clerk/hold-organization.ts';
import type { FewAtOnce } from '../clock/few-at-once.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { WebhookEvent } from '../database/entities/webhook.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Outages } from '../database/outages.ts';
import type { AnswersInProgress } from '../idempotency/answers-in-progress.ts';
import type { GithubKeys } from '../leaks/github-keys.ts';
import type { TargetPolicy } from '../network/target-policy.ts';
import type { Access, Caller } from './access.ts';
import type { Entrance, Principal } from './principal.ts';

/** The services of operations; made once per app and injected. */
export interface Services {
  readonly database: AuditedDatabase;
  /** The dialects that are switched on. */
  readonly dialects: readonly Dialect[];
  /** The scopes of services that embed the verifier, in the form of `readExtraScopes`. */
  readonly extraScopes: readonly string[];
  /** The deployment's secrets. */
  readonly keyring: Keyring;
  /** The scheme that makes lookup values of new secrets. */
  readonly scheme: LookupScheme;
  /** Every scheme that a secret may be stored under: a lookup of a secret tries each. */
  readonly schemes: readonly LookupScheme[];
  readonly hashing: Hashing;
  /** Encrypts customers' own secrets. */
  readonly encryption: Encryption;
  readonly anthropic: AnthropicClient;
  /** The work of scans. */
  readonly scans: ScanServices['scans'];
  readonly random: RandomSource;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly outages: Outages;
  /** The folder of uploaded files. */
  readonly uploads: string;
  /** The allowed targets of webhooks. */
  readonly targets: TargetPolicy;
  /** Bounds the test events of an organization. */
  readonly sendTest: FewAtOnce;
  /** Bounds the checks of Anthropic keys of an organization. */
  readonly checkKey: FewAtOnce;
  /** The settings of leak reports. */
  readonly leaks: {
    readonly githubKeys: GithubKeys;
    /** Resolves after `milliseconds`. */
    pause(milliseconds: number): Promise<void>;
  };
  readonly answersInProgress: AnswersInProgress;
  /** Resolves when everything committed so far holds on every process that verifies keys. */
  readonly propagated: () => Promise<void>;
  /** Whether the database was restored, and the operator has not accepted that yet. */
  readonly isRestored: () => boolean | Promise<boolean>;
  /** Whether each output is compared with its schema, as the tests' servers do. */
  readonly checksOutputs: boolean;
}

/** The origin of a request; for the audit log. */
export interface Origin {
  readonly requestId: string | null;
  readonly ipAddress: string | null;
}

/** The parameters of `prepare`: everything but a transaction. */
export interface PrepareContext {
  readonly services: Services;
  readonly principal: Principal;
  readonly now: Date;
  /**
   * Executes another operation for the same caller, in its own transaction. Its propagation to
   * every process is awaited once, when the outer operation is over.
   */
  execute<Input extends InputSchema, Output extends z.ZodType, Prepared>(
    operation: Operation<Input, Output, Prepared>,
    input: z.input<Input>,
  ): Promise<z.output<Output>>;
}

/** The parameters of `run`. */
export interface OperationContext extends Omit<PrepareContext, 'execute'> {
  /** In a mutation, the transaction's entity manager; open no other beside it. */
  readonly em: EntityManager;
  /** A new id of a kind: `key_…`, `job_…`. */
  newId(kind: string): string;
  /** Records an audit event, in the same transaction. Changes never hold a secret. */
  audit(event: {
    readonly target: string | null;
    readonly changes?: Readonly<Record<string, unknown>>;
    /** The organization whose log it belongs to, where that is not the caller's. */
    readonly orgId?: string | null;
  }): void;
  /**
   * Sends a webhook event to the key's organization, in the same transaction, which has locked the
   * key. The event holds the key as it is now, and `data` beside it.
   */
  emit(event: {
    readonly type: WebhookEvent;
    readonly keyId: string;
    readonly data?: Readonly<Record<string, unknown>>;
  }): Promise<void>;
}

/** An input that refuses unknown members: a misspelt restriction must not be ignored. */
export type InputSchema = z.ZodObject<z.core.$ZodLooseShape, z.core.$strict>;

/** One verb of the product. The rest is wiring: tRPC, REST and the command line call the same ones. */
export interface Operation<
  Input extends InputSchema = InputSchema,
  Output extends z.ZodType = z.ZodType,
  Prepared = unknown,
> {
  /** Noun and verb, for example `apiKeys.create`. */
  readonly name: string;
  /** One sentence for the API description. */
  readonly summary: string;
  readonly kind: 'query' | 'mutation';
  readonly input: Input;
  readonly output: Output;
  /** Who may call it. */
  readonly access: Access;
  /** The lock on the caller's organization while a mutation runs; `shared` when absent. */
  readonly hold?: Hold;
  /**
   * The minimum time of an answer to a well-formed request, in milliseconds, for operations whose
   * timing would leak information.
   */
  takesAtLeast?(services: Services): number;
  /** The rules by which a mutation runs once for all requests with the same `Idempotency-Key`. */
  readonly once?: Once<z.output<Input>>;
  /**
   * Whether a mutation with this input only revokes: an impersonated session may then call it.
   * Without this function, none may.
   */
  takesAway?(input: z.output<Input>): boolean;
  /** Work that must not hold a transaction: hashing, network, streams. */
  prepare?(preparation: PrepareContext, input: z.output<Input>): Promise<Prepared> | Prepared;
  /** The work, in one transaction when it is a mutation. Returns plain, wire-ready values. */
  run(work: OperationContext, input: z.output<Input>, prepared: Prepared): Promise<z.input<Output>>;
}

/** Declares an operation; the types of `run` follow from the schemas. */
export function defineOperation<
  Input extends InputSchema,
  Output extends z.ZodType,
  Prepared = undefined,
>(operation: Operation<Input, Output, Prepared>): Operation<Input, Output, Prepared> {
  return operation;
}

/** An operation's rules for repeated requests. */
export interface Once<Input> {
  /**
   * Repeats the refusals of `run` that depend on the caller: a stored answer must not bypass them.
   */
  judge(work: OperationContext, input: Input): Promise<unknown>;
  /** The content that two equal requests share; the whole input when absent. */
  sent?(input: Input): unknown;
}

/** One call of an operation. */
export interface Invocation {
  readonly caller: Caller;
  readonly origin: Origin;
  /** Absent on the paths of `reporisk`, over tRPC and for the command line. */
  readonly entrance?: Entrance;
  /** Counts the request of an authorized key against its limits; throws 429. */
  readonly admit?: (key: KeyRecord) => Promise<void>;
  /** The request's idempotency; absent where an entrance has none. */
  readonly repetition?: {
    /** The `Idempotency-Key`, or null; throws 422 for a malformed one. */
    readonly key: () => string | null;
    readonly path: string;
    /** An output as the caller's body. */
    readonly encode: (output: unknown) => string;
  };
}
