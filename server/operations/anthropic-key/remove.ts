import { z } from 'zod';
import { AnthropicKey } from '../../database/entities/anthropic-key.ts';
import { hurryScans } from '../../queue/queue-job.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { lockAnthropicKey } from './anthropic-key-record.ts';

/** Deletes the organization's Anthropic key. Its scans fail until another one is set. */
export const removeAnthropicKey = defineOperation({
  name: 'anthropicKey.remove',
  summary: "Delete the organization's Anthropic key",
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({}),
  output: z.null(),
  async run(work) {
    const { orgId, preview } = await lockAnthropicKey(work);
    await work.em.nativeDelete(AnthropicKey, { orgId });
    await hurryScans(work.em, orgId, work.now);
    work.audit({ target: orgId, changes: { preview: { before: preview, after: null } } });
    return null;
  },
});
