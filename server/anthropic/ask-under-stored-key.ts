import type { RandomSource } from '../../core/mod.ts';
import type { Answer, AskModel, Question } from '../scans/ask-model.ts';
import type { AnthropicClient } from './anthropic-client.ts';
import { AnthropicFailure, type AnthropicFault, faultTexts } from './anthropic-failure.ts';
import {
  isRefusal,
  type KeyReader,
  noWorkingKey,
  readAnthropicKey,
  recordFailure,
  recordSuccess,
  type StoredKey,
} from './stored-key.ts';
import { recordTokens } from './token-use.ts';

/** The organization has no working key. The message is for the customer. */
export class KeyFailure extends Error {
  override readonly name = 'KeyFailure';
}

/** The services that questions under stored keys need. */
export interface AskServices extends KeyReader {
  readonly anthropic: AnthropicClient;
  readonly now: () => number;
  readonly random: RandomSource;
}

/**
 * The organization's working key.
 *
 * @throws {KeyFailure} with the reason, where there is none.
 */
export async function requireWorkingKey(services: KeyReader, orgId: string): Promise<StoredKey> {
  const stored = await readAnthropicKey(services.database.read(), orgId, services);
  if (stored?.row.isWorking === true) return stored;
  throw new KeyFailure(reasonOf(stored?.row.fault ?? 'rejected'));
}

/** The reason of scans that fail for their organization's key. */
function reasonOf(fault: AnthropicFault): string {
  if (fault === 'forbidden') return `${faultTexts.forbidden}. Update it in Settings.`;
  if (fault === 'billing') return `${faultTexts.billing}, then retry the scan.`;
  return noWorkingKey;
}

/**
 * Asks the model under an organization's key, read again for each question: a key that is replaced
 * during a scan loses nothing. The tokens of each answer are recorded.
 *
 * A refusal counts only against the key that was sent. Where another one is stored by then, the
 * question is repeated once with that one.
 */
export function askUnderStoredKey(services: AskServices, orgId: string): AskModel {
  const { database, anthropic, now } = services;

  async function attempt(
    question: Question,
    signal: AbortSignal,
    mayRepeat: boolean,
  ): Promise<Answer> {
    const { row, secret } = await requireWorkingKey(services, orgId);
    try {
      const answer = await anthropic.ask(secret, question, signal);
      if (row.fault != null) await recordSuccess(services, orgId, row.version);
      return answer;
    } catch (error) {
      if (!(error instanceof AnthropicFailure)) throw error;
      const isOfKey = isRefusal(error) || error.fault === 'billing';
      if (!isOfKey) throw error;
      const isStored = await recordFailure(services, orgId, row.version, error);
      if (!isStored && mayRepeat) return attempt(question, signal, false);
      // Refused again, and replaced again: the scan is tried later, with the key of then.
      if (!isStored) throw new AnthropicFailure('unavailable');
      throw new KeyFailure(reasonOf(error.fault));
    }
  }

  return async (question, signal) => {
    const answer = await attempt(question, signal, true);
    await recordTokens(database, {
      ...{ orgId, model: anthropic.model, at: new Date(now()) },
      ...answer.usage,
    });
    return answer;
  };
}
