import { z } from 'zod';
import { scopesOf } from '../../../core/mod.ts';
import { day } from '../../clock/durations.ts';
import { KeyScopeUse } from '../../database/entities/key-scope-use.ts';
import { id, iso, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';

const window = 90;

/**
 * The hint to least privilege: the scopes that a key did not use in 90 days, or since it was made.
 * `observedDays` shows the value of that hint: a day-old key has not used much yet.
 */
export const unusedApiKeyScopes = defineOperation({
  name: 'apiKeys.unusedScopes',
  summary: 'Scopes that an API key has and did not use in 90 days',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({ id }),
  output: z.object({
    /** The number of full days of observation, at most 90. */
    observedDays: z.int(),
    unused: z.array(z.string()),
    /** The scopes that requests needed, whichever of the key's scopes allowed them. */
    used: z.array(z.object({ scope: z.string(), lastUsedAt: timestamp })),
  }),
  async run({ em, principal, now }, { id }) {
    const key = await findKey(em, principal, id);
    const since = new Date(now.getTime() - window * day);
    const uses = await em.find(
      KeyScopeUse,
      { keyId: id, lastUsedAt: { $gte: since } },
      { orderBy: { scope: 'asc' } },
    );
    const used = new Set(uses.map(({ scope }) => scope));
    const granted = key.scopes ?? scopesOf(key.dialect);
    const age = Math.floor((now.getTime() - key.createdAt.getTime()) / day);
    return {
      observedDays: Math.max(0, Math.min(window, age)),
      unused: granted.filter((scope) => !used.has(scope)),
      used: uses.map(({ scope, lastUsedAt }) => ({ scope, lastUsedAt: iso(lastUsedAt) })),
    };
  },
});
