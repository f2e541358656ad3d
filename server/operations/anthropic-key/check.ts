import { z } from 'zod';
import { isRefusal, readAnthropicKey } from '../../anthropic/stored-key.ts';
import { AnthropicKey } from '../../database/entities/anthropic-key.ts';
import { hurryScans } from '../../queue/queue-job.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { anthropicKeyRecord, toAnthropicKeyRecord } from './anthropic-key-record.ts';
import { tryKey } from './try-key.ts';

/** Tries the stored key at Anthropic. A success makes a refused key work again. */
export const checkAnthropicKey = defineOperation({
  name: 'anthropicKey.check',
  summary: 'Try the stored Anthropic key, and record the result',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({}),
  output: anthropicKeyRecord,
  async prepare(preparation) {
    const { services, principal } = preparation;
    const em = services.database.read();
    const stored = await readAnthropicKey(em, principal.organization.id, services);
    if (stored === null) throw notFound('Anthropic API key');
    return {
      version: stored.row.version,
      failure: await tryKey(preparation, stored.secret),
    };
  },
  async run(work, _input, { version, failure }) {
    const { em, principal, now, audit } = work;
    const { id: orgId } = principal.organization;
    const isWorking = failure === null ? true : isRefusal(failure) ? false : undefined;
    const fault = failure?.fault ?? null;
    const values = { checkedAt: now, fault, ...(isWorking !== undefined && { isWorking }) };
    // A key that was set during the check has a result of its own.
    await em.nativeUpdate(AnthropicKey, { orgId, version }, values);
    await hurryScans(em, orgId, now);
    audit({ target: orgId, changes: { ok: failure === null, detail: failure?.message ?? null } });
    return toAnthropicKeyRecord(work);
  },
});
