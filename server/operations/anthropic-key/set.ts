import { z } from 'zod';
import { anthropicKeyFields, isRefusal, ownerOf } from '../../anthropic/stored-key.ts';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { AnthropicKey } from '../../database/entities/anthropic-key.ts';
import { hurryScans } from '../../queue/queue-job.ts';
import { Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { anthropicKeyRecord, toAnthropicKeyRecord } from './anthropic-key-record.ts';
import { anthropicApiKey, previewOfAnthropicKey } from './api-key-field.ts';
import { tryKey } from './try-key.ts';

/** Stores the organization's Anthropic key once Anthropic has accepted it; until then the old one stays. */
export const setAnthropicKey = defineOperation({
  name: 'anthropicKey.set',
  summary: "Set or replace the organization's Anthropic key, which is checked first",
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ apiKey: anthropicApiKey }),
  output: anthropicKeyRecord,
  async prepare(preparation, { apiKey }) {
    const failure = await tryKey(preparation, apiKey);
    if (failure === null) return;
    throw new Problem(
      isRefusal(failure) || failure.fault === 'billing' ? 400 : 502,
      `${failure.message}. The key was not changed.`,
    );
  },
  async run(work, { apiKey }) {
    const { em, principal, services, now, newId, audit } = work;
    const { id: orgId } = principal.organization;
    await acquireAdvisoryLock(em, `anthropic key of ${orgId}`);
    const before = await em.findOne(AnthropicKey, { orgId }, { disableIdentityMap: true });
    const key = {
      orgId,
      version: newId('ak'),
      secret: services.encryption.encrypt(apiKey, ownerOf(orgId)),
      setBy: principal.userId ?? principal.actor,
    };
    const values = {
      ...key,
      preview: previewOfAnthropicKey(apiKey),
      mac: services.database.rowMacs.make('anthropic-key', anthropicKeyFields(key)),
      ...{ setAt: now, isWorking: true, checkedAt: now, fault: null },
    };
    if (before === null) await em.insert(AnthropicKey, values);
    else await em.nativeUpdate(AnthropicKey, { orgId }, values);
    await hurryScans(em, orgId, now);
    const preview = { before: before?.preview ?? null, after: values.preview };
    audit({ target: orgId, changes: { preview } });
    return toAnthropicKeyRecord(work);
  },
});
