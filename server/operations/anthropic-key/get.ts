import { z } from 'zod';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { anthropicKeyRecord, toAnthropicKeyRecord } from './anthropic-key-record.ts';

/** The organization's Anthropic key, masked. */
export const getAnthropicKey = defineOperation({
  name: 'anthropicKey.get',
  summary: "The organization's Anthropic key, masked, with its last check",
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({}),
  output: anthropicKeyRecord,
  run: (work) => toAnthropicKeyRecord(work),
});
