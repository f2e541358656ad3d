import type { z } from 'zod';
import { newId } from '../../core/mod.ts';
import { publishKeyEvents } from '../api-keys/key-events.ts';
import { recordOperation } from '../audit/record-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { camelForm } from '../wire/output-form.ts';
import { InvalidInput, Problem } from '../wire/problem.ts';
import { parseInput } from '../wire/validation.ts';
import {
  type Access,
  authorize,
  authorizeAgain,
  type Caller,
  refuseImpersonated,
} from './access.ts';
import { answerId, answerOnce } from './answer-once.ts';
import type {
  InputSchema,
  Invocation,
  Operation,
  OperationContext,
  PrepareContext,
  Services,
} from './operation.ts';
import type { Principal } from './principal.ts';

/**
 * Executes an operation as `perform` does.
 *
 * @returns the operation's output, stripped of every field that its schema does not name.
 */
export async function execute<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
  services: Services,
  invocation: Invocation,
  readInput: () => Promise<unknown> | unknown,
): Promise<z.output<Output>> {
  const { value } = await perform(operation, services, invocation, readInput);
  return camelForm(operation.output)(value) as z.output<Output>;
}

/**
 * An output as `run` returned it. It may hold fields that its schema does not name: only a form of
 * the schema (`wire/output-form.ts`) may be sent.
 */
export interface Performed {
  readonly value: unknown;
}

/**
 * Performs an operation: authorization, the key's rate limits, input, preparation, then the work. A
 * mutation runs in one transaction that authorizes the caller again, because a role may have been
 * revoked since the first check.
 *
 * @param readInput - gives the input as received; called only after authorization.
 * @throws {Problem} or {InvalidInput} with the answer to the caller.
 */
export async function perform<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
  services: Services,
  invocation: Invocation,
  readInput: () => Promise<unknown> | unknown,
): Promise<Performed> {
  const leastMs = operation.takesAtLeast?.(services);
  const leastTime = leastMs === undefined ? undefined : services.leaks.pause(leastMs);
  let isMalformed = false;
  try {
    return { value: await admitAndRun(operation, services, invocation, readInput) };
  } catch (error) {
    await logRefusal(operation.name, services, invocation, error);
    isMalformed = error instanceof InvalidInput || (error instanceof Problem && error.status < 500);
    throw error;
  } finally {
    // Any management answer may reveal a revocation, refusals too: a 404 reveals a key that another
    // request has just revoked, a list an archived sub-org. So each answer waits until every change
    // that it can reflect has reached every process. Three answers need no wait: a refusal on the
    // data plane reveals only itself, a caller without a session learns nothing, and an answer to a
    // malformed request lists only its faults: the length of a wait there would reveal an earlier
    // report's revocation.
    const { plane } = operation.access;
    const { kind } = invocation.caller;
    const isTold =
      kind === 'session' ||
      kind === 'operator' ||
      isManagingKey(invocation) ||
      (plane === 'anyone' && !isMalformed);
    if (isTold && plane !== 'data') await services.propagated();
    if (!isMalformed) await leastTime;
  }
}

/** Whether a valid key manages keys. */
function isManagingKey({ caller, entrance }: Invocation): boolean {
  return entrance?.dialect === 'repurai' && caller.kind === 'key' && caller.outcome.ok;
}

/**
 * Logs organization and user of a refused session: both were verified with its token; and why an
 * organization gives no rights.
 */
async function logRefusal(
  operation: string,
  { logger, database }: Services,
  { caller, origin }: Invocation,
  error: unknown,
): Promise<void> {
  if (caller.kind !== 'session' || !(error instanceof Problem) || error.status !== 403) return;
  const { organizationId, userId, impersonatedBy } = caller.session;
  const { requestId } = origin;
  const { message: detail } = error;
  const session = { organizationId, userId, impersonatedBy };
  const reason =
    caller.membership.kind === 'none'
      ? await withoutRights(database, organizationId).catch(() => undefined)
      : undefined;
  logger.info({ requestId, operation, ...session, detail, reason }, 'session refused');
}

/** Why a session has no rights in its organization, for the operator. */
async function withoutRights(
  { rows }: Services['database'],
  organizationId: string | null,
): Promise<string> {
  if (organizationId === null) return 'the session names no organization';
  const [known] = await rows.all<{ tier: number | null }>(
    `select tier from organization where id = ? and deleted_at is null
     union all select 0 as tier from sub_org where clerk_id = ? and removed_at is null`,
    [organizationId, organizationId],
  );
  if (known === undefined) {
    return `organization ${organizationId} is unknown: set its public_metadata at Clerk, or use "cli org add"`;
  }
  return known.tier === null
    ? `organization ${organizationId} has no tier: set public_metadata.tier at Clerk, or use "cli org set-tier"`
    : `the user is no active member of organization ${organizationId}`;
}

async function admitAndRun<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
  services: Services,
  invocation: Invocation,
  readInput: () => Promise<unknown> | unknown,
): Promise<unknown> {
  refuseImpersonated(invocation.caller, operation);
  const { caller, entrance = null } = invocation;
  const principal = await authorize(services.database.read, caller, operation.access, entrance);
  if (isManagement(operation, invocation.caller) && (await services.isRestored())) throw restored();
  const admit = async () => {
    if (principal.key !== null) await invocation.admit?.(principal.key);
  };
  const run = () => carryOutOnce(operation, services, invocation, readInput, principal);
  if (!judgesScopes(operation.access)) {
    await admit();
    return run();
  }
  const result = await run().catch(async (error) => {
    if (!isForbidden(error)) await admit();
    throw error;
  });
  await admit();
  return result;
}

/** Whether an operation has to wait until the operator has accepted a restore of the database. */
function isManagement({ access, kind }: Operation, caller: Caller): boolean {
  if (access.plane === 'operator') return kind === 'mutation' && !access.whileRestored;
  return access.plane === 'management' && !(caller.kind === 'operator' && kind === 'query');
}

function restored(): Problem {
  const detail = 'The database was restored. Run "cli restore" first.';
  return new Problem(503, detail, { 'Retry-After': '5' });
}

/**
 * Whether the operation itself judges the key's scopes, once it knows the request. Scopes are
 * checked before the limits, so its requests are counted after it has.
 */
export function judgesScopes(access: Access): boolean {
  return access.plane === 'data' && access.scope === null;
}

/** Whether a key was refused for its scopes or role. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Problem && error.code === 'insufficient_permissions';
}

/** Answers one request at a time of those with the same `Idempotency-Key`. */
function carryOutOnce<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  ...parts: [
    ...[operation: Operation<Input, Output, Prepared>, services: Services, invocation: Invocation],
    ...[readInput: () => Promise<unknown> | unknown, principal: Principal],
  ]
): Promise<unknown> {
  const [operation, services, { repetition }, , principal] = parts;
  const key = operation.once === undefined ? null : (repetition?.key() ?? null);
  if (key === null || repetition === undefined) return carryOut(...parts);
  const { path, encode } = repetition;
  const id = answerId(principal, path, key);
  return services.answersInProgress.run(id, () => carryOut(...parts, { id, encode }));
}

async function carryOut<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
  services: Services,
  invocation: Invocation,
  readInput: () => Promise<unknown> | unknown,
  principal: Principal,
  /** The id and form of its stored answer; absent where it is not stored. */
  storedAs?: { readonly id: string; readonly encode: (output: unknown) => string },
): Promise<unknown> {
  const { database } = services;
  const now = new Date(services.now());
  const sent = await readInput();
  const parsed = parseInput(operation.input, sent);
  refuseImpersonated(invocation.caller, operation, parsed);
  const preparation: PrepareContext = {
    ...{ services, principal, now },
    async execute(other, input) {
      const output = await carryOut(other, services, invocation, () => input, principal);
      return camelForm(other.output)(output) as never;
    },
  };
  const prepared = (await operation.prepare?.(preparation, parsed)) as Prepared;

  // Types prove it; the tests' servers check the values as well.
  const checked = (output: z.input<Output>) =>
    services.checksOutputs ? operation.output.parse(output) : output;
  const run = async (em: EntityManager | null, as: Principal): Promise<z.input<Output>> => {
    const inside = work(operation.name, services, invocation, as, em, now);
    const make = () => operation.run(inside, parsed, prepared);
    const { once } = operation;
    if (once === undefined || storedAs === undefined) return make();
    // A stored answer is replayed as it was: the input is not validated again, the caller is
    // authorized again.
    await once.judge(inside, parsed).catch((error) => {
      if (!(error instanceof InvalidInput)) throw error;
    });
    const { encode } = storedAs;
    return answerOnce(inside, storedAs.id, once.sent?.(parsed) ?? sent, { make, encode });
  };
  if (operation.kind === 'query') {
    return checked(await run(null, principal));
  }
  const { access, hold = 'shared' } = operation;
  const result = await database.transaction(async (em) =>
    run(
      em,
      await authorizeAgain(em, database.rowMacs, invocation.caller, access, {
        ...{ hold, now },
        entrance: invocation.entrance ?? null,
      }),
    ),
  );
  return checked(result);
}

function work(
  action: string,
  services: Services,
  invocation: Invocation,
  principal: Principal,
  /** Null outside a transaction: most reads need no unit of work. */
  within: EntityManager | null,
  now: Date,
): OperationContext {
  let em = within;
  const manager = () => {
    em ??= services.database.read();
    return em;
  };
  const id = (kind: string) => newId(kind, now.getTime(), services.random);
  return {
    services,
    principal,
    now,
    get em() {
      return manager();
    },
    newId: id,
    audit({ target, changes = null, orgId = principal.organization.id || null }) {
      recordOperation(manager(), {
        id: id('evt'),
        orgId,
        at: now,
        actor: principal.actor,
        action,
        target,
        changes,
        ipAddress: invocation.origin.ipAddress,
        requestId: invocation.origin.requestId,
      });
    },
    emit({ keyId, ...event }) {
      const { random, database } = services;
      const { rowMacs } = database;
      return publishKeyEvents(manager(), { ...event, keyIds: [keyId] }, { now, random, rowMacs });
    },
  };
}
