import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';

/** The causes of a failed call to Anthropic. */
export const anthropicFaults = [
  'rejected',
  'forbidden',
  'billing',
  'model',
  'question',
  'unavailable',
] as const;

/** An organization's own key of Anthropic. */
export const AnthropicKey = defineEntity({
  name: 'AnthropicKey',
  tableName: 'anthropic_key',
  properties: {
    orgId: () =>
      p
        .oneToOne(Organization)
        .mapToPk()
        .primary()
        .fieldName('org_id')
        .updateRule('no action')
        .deleteRule('cascade'),
    /** Different for each key that was ever stored: a late refusal of an earlier key names another. */
    version: p.string(),
    /** The key, encrypted. */
    secret: p.text(),
    preview: p.string(),
    /** The user's id. */
    setBy: p.string(),
    setAt: p.datetime(3),
    /** False once Anthropic refused the key. */
    isWorking: p.boolean(),
    checkedAt: p.datetime(3),
    /** What the last check found; null where the key worked. */
    fault: p.enum(anthropicFaults).nullable(),
    /** Authenticates organization, version, key and user: without a valid MAC there is no key. */
    mac: p.text(),
  },
});

export type AnthropicKey = InferEntity<typeof AnthropicKey>;
