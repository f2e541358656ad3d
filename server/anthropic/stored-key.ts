import { newId, type RandomSource } from '../../core/mod.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Encryption } from '../crypto/encryption.ts';
import type { Database } from '../database/database.ts';
import { AnthropicKey } from '../database/entities/anthropic-key.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { hurryScans } from '../queue/queue-job.ts';
import { type AnthropicFailure, type AnthropicFault, faultTexts } from './anthropic-failure.ts';

/** A stored key: its row, and the raw key. */
export interface StoredKey {
  readonly row: AnthropicKey;
  readonly secret: string;
}

/** The refusal of a submission, and the reason of failed scans, without a working key. */
export const noWorkingKey = 'Anthropic API key is missing or was rejected. Update it in Settings.';

/** The refusals after which a key stays refused until another one is set, or a check succeeds. */
const lasting: readonly AnthropicFault[] = ['rejected', 'forbidden'];

/** Whether a fault is one of the key itself. */
export function isRefusal({ fault }: AnthropicFailure): boolean {
  return lasting.includes(fault);
}

/** Reads stored keys. */
export interface KeyReader {
  readonly database: Database;
  readonly encryption: Encryption;
}

/**
 * An organization's key.
 *
 * @param em - in a transaction, its own.
 * @returns null where there is none, where the server did not write its row, which is reported, and
 * where no secret that this process knows decrypts it.
 */
export async function readAnthropicKey(
  em: EntityManager,
  orgId: string,
  { database, encryption }: KeyReader,
): Promise<StoredKey | null> {
  const row = await em.findOne(AnthropicKey, { orgId }, { disableIdentityMap: true });
  if (row === null) return null;
  const fields = anthropicKeyFields(row);
  if (!database.rowMacs.verify('anthropic-key', fields, row.mac, orgId)) return null;
  try {
    return { row, secret: encryption.decrypt(row.secret, ownerOf(orgId)) };
  } catch {
    return null;
  }
}

/** Whether an organization has a key that Anthropic has not refused. */
export async function hasWorkingKey(
  em: EntityManager,
  orgId: string,
  reader: KeyReader,
): Promise<boolean> {
  return (await readAnthropicKey(em, orgId, reader))?.row.isWorking === true;
}

/** The fields under the MAC of a row. */
export function anthropicKeyFields({
  orgId,
  version,
  secret,
  setBy,
}: Pick<AnthropicKey, 'orgId' | 'version' | 'secret' | 'setBy'>) {
  return [orgId, version, secret, setBy] as const;
}

/**
 * The associated data of an organization's key. The organization's other credentials have another
 * one: their ciphertexts do not pass for a key.
 */
export function ownerOf(orgId: string): string {
  return `anthropic-key ${orgId}`;
}

/** Records that the key works whose last check had failed, if it is still the stored one. */
export async function recordSuccess(
  { database, now }: { readonly database: Database; readonly now: () => number },
  orgId: string,
  version: string,
): Promise<void> {
  const values = { checkedAt: new Date(now()), fault: null };
  await database.transaction((em) =>
    em.nativeUpdate(AnthropicKey, { orgId, version, isWorking: true }, values),
  );
}

/**
 * Records a failed call of a scan, if the key that was sent is still the stored one. A refused key
 * works no more.
 *
 * @returns false when another key is stored by now: the failure says nothing about that one.
 */
export async function recordFailure(
  {
    database,
    now,
    random,
  }: {
    readonly database: Database;
    readonly now: () => number;
    readonly random: RandomSource;
  },
  orgId: string,
  version: string,
  failure: AnthropicFailure,
): Promise<boolean> {
  const at = new Date(now());
  const { fault } = failure;
  return database.transaction(async (em) => {
    const values = { checkedAt: at, fault, ...(isRefusal(failure) && { isWorking: false }) };
    // Compare and set: one statement, so a key that is set at the same moment is never refused.
    const same = await em.nativeUpdate(AnthropicKey, { orgId, version, isWorking: true }, values);
    if (same === 0) return false;
    if (isRefusal(failure)) {
      await hurryScans(em, orgId, at);
      recordEvent(em, {
        ...{ id: newId('evt', at.getTime(), random), orgId, at, actor: 'server' },
        ...{
          action: 'anthropicKey.refused',
          target: orgId,
          changes: { detail: faultTexts[fault] },
        },
        ...{ ipAddress: null, requestId: null },
      });
    }
    return true;
  });
}
