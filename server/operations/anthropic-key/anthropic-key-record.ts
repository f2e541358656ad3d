import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { faultTexts } from '../../anthropic/anthropic-failure.ts';
import { readAnthropicKey } from '../../anthropic/stored-key.ts';
import { day } from '../../clock/durations.ts';
import { AnthropicKey } from '../../database/entities/anthropic-key.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';

/** Days after which a key should be replaced. */
const rotationDays = 90;

/** An organization's Anthropic key as readers get it: masked. */
export const anthropicKeyRecord = z.object({
  configured: z.boolean(),
  preview: z.string().nullable(),
  setAt: timestamp.nullable(),
  setBy: z.string().nullable().describe('The id of the user'),
  lastCheck: z
    .object({
      at: timestamp,
      ok: z.boolean(),
      detail: z.string().nullable().describe('What was wrong'),
    })
    .nullable()
    .describe('The last check, or the last failed call of a scan'),
  ageDays: z.int().nullable(),
  rotationDue: z.boolean().describe(`Whether the key is ${rotationDays} days old`),
});

type AnthropicKeyRecord = z.input<typeof anthropicKeyRecord>;

const notConfigured: AnthropicKeyRecord = {
  configured: false,
  preview: null,
  setAt: null,
  setBy: null,
  lastCheck: null,
  ageDays: null,
  rotationDue: false,
};

/** The organization's key as it is now. */
export async function toAnthropicKeyRecord({
  em,
  principal,
  services,
  now,
}: Pick<OperationContext, 'em' | 'principal' | 'services' | 'now'>): Promise<AnthropicKeyRecord> {
  const found = await readAnthropicKey(em, principal.organization.id, services);
  if (found === null) return notConfigured;
  const { preview, setAt, setBy, checkedAt, fault = null } = found.row;
  const ageDays = Math.max(0, Math.floor((now.getTime() - setAt.getTime()) / day));
  const detail = fault === null ? null : faultTexts[fault];
  return {
    ...{ configured: true, preview, setAt: iso(setAt), setBy, ageDays },
    lastCheck: { at: iso(checkedAt), ok: fault === null, detail },
    rotationDue: ageDays >= rotationDays,
  };
}

/**
 * The row of the organization's key, locked until the transaction ends.
 *
 * @throws {Problem} 404.
 */
export async function lockAnthropicKey({
  em,
  principal,
}: Pick<OperationContext, 'em' | 'principal'>): Promise<AnthropicKey> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const found = await em.findOne(AnthropicKey, { orgId: principal.organization.id }, { lockMode });
  if (found === null) throw notFound('Anthropic API key');
  return found;
}
