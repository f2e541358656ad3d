import { z } from 'zod';
import { scopesOf } from '../../../core/mod.ts';
import { day } from '../../clock/durations.ts';
import { columnsOf } from '../../database/columns.ts';
import { id, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { ownKey } from './own-key.ts';

const window = 90;

const scopeUse = z.object({ scope: z.string(), lastUsedAt: timestamp });

const columns = columnsOf(scopeUse, 'u');

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
    used: z.array(scopeUse),
  }),
  async run(work, { id }) {
    const { now, services } = work;
    const { rows } = services.database;
    const key = await ownKey(work, id);
    const found = await rows.all<object>(
      `select ${columns.list(rows.dialect)} from key_scope_use u
       where u.key_id = ? and u.last_used_at >= ? order by u.scope`,
      [id, new Date(now.getTime() - window * day)],
    );
    const used = found.map(columns.read);
    const usedScopes = new Set(used.map(({ scope }) => scope));
    const granted = key.scopes ?? scopesOf(key.dialect);
    const age = Math.floor((now.getTime() - Date.parse(key.createdAt)) / day);
    return {
      observedDays: Math.max(0, Math.min(window, age)),
      unused: granted.filter((scope) => !usedScopes.has(scope)),
      used,
    };
  },
});
