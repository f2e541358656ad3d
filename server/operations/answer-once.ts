import { createHash } from 'node:crypto';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { tryTurn } from '../database/acquire-advisory-lock.ts';
import { IdempotentAnswer } from '../database/entities/idempotent-answer.ts';
import { inProgress } from '../idempotency/answers-in-progress.ts';
import { answerLifeMs } from '../idempotency/forget-answers.ts';
import { otherBody } from '../idempotency/idempotency-key.ts';
import { environmentOf } from './assets/environment.ts';
import type { OperationContext } from './operation.ts';
import type { Principal } from './principal.ts';

/** The stored answer of an earlier request; thrown, because that rolls the transaction back. */
export class Replayed extends Error {
  override readonly name = 'Replayed';
  /** Byte for byte. */
  readonly body: string;

  constructor(body: string) {
    super('answered before');
    this.body = body;
  }
}

/** The owner of a request, as one id: two callers may send the same key, and each has its own. */
export function answerId(principal: Principal, path: string, key: string): string {
  const { organization, actor } = principal;
  return digest(JSON.stringify([organization.id, environmentOf(principal), actor, path, key]));
}

/**
 * Does the work of a request once. Its answer is stored in the same transaction: whenever the
 * process dies, the answer exists if and only if the work does.
 *
 * @param sent - the content that two equal requests share: JSON.
 * @param work.make - does the work.
 * @param work.encode - gives the answer's body.
 * @throws {Replayed} for a request that was answered within a day.
 * @throws {InvalidInput} for a different request under the same key.
 * @throws {Problem} 409 while another process does the work.
 */
export async function answerOnce<Result>(
  { em, now, principal, services }: Pick<OperationContext, 'em' | 'now' | 'principal' | 'services'>,
  id: string,
  sent: unknown,
  work: {
    readonly make: () => Promise<Result>;
    readonly encode: (result: Result) => string;
  },
): Promise<Result> {
  const { rowMacs } = services.database;
  if (!(await tryTurn(em, `idempotency ${id}`))) throw inProgress();
  const request = digest(canonicalJson(sent));
  const kept = await em.findOne(IdempotentAnswer, { id }, { disableIdentityMap: true });
  const isYoung = kept !== null && now.getTime() - Number(kept.createdAt) < answerLifeMs;
  if (
    isYoung &&
    rowMacs.verify('idempotent-answer', answerFields(kept), kept.mac, principal.organization.id)
  ) {
    if (kept.request !== request) throw otherBody();
    throw new Replayed(kept.answer);
  }
  const result = await work.make();
  const answer = work.encode(result);
  const row = { id, orgId: principal.organization.id, request, answer, createdAt: now };
  await em.nativeDelete(IdempotentAnswer, { id });
  const mac = rowMacs.make('idempotent-answer', answerFields(row));
  await em.insert(IdempotentAnswer, { ...row, mac });
  return result;
}

/**
 * The fields under the MAC of a stored answer; an invalid time in a row that no process wrote is a
 * number, too.
 */
export function answerFields(row: Omit<IdempotentAnswer, 'mac'>) {
  const { id, orgId, request, answer, createdAt } = row;
  return [id, orgId, request, answer, Number(createdAt)] as const;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
