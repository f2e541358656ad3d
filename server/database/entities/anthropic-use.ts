import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** The tokens that an organization's scans used on one day, under its own key. */
export const AnthropicUse = defineEntity({
  name: 'AnthropicUse',
  tableName: 'anthropic_use',
  properties: {
    orgId: p.string().primary(),
    /** `YYYY-MM-DD`, UTC. */
    day: p.string().primary(),
    model: p.string().primary(),
    inputTokens: p.bigint('number'),
    outputTokens: p.bigint('number'),
  },
});

export type AnthropicUse = InferEntity<typeof AnthropicUse>;
