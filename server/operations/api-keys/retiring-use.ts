import { z } from 'zod';
import { columnsOf } from '../../database/columns.ts';
import { id, isoTime, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { assertOwnKey } from './own-key.ts';

/** Callers in the answer, at most. */
const shown = 100;

const place = z.object({
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  calls: z.int(),
  lastUsedAt: timestamp,
});

const columns = columnsOf(place, 'u', {
  ipAddress: "nullif(u.ip_address, '')",
  userAgent: "nullif(u.user_agent, '')",
});

/** A time that was written by hand may be none of JavaScript's: it is compared in the database. */
const ends = `select s.retires_at from api_key_secret s
  where s.key_id = ? and s.retires_at > ? and s.retired_at is null`;

/**
 * The callers that still use the retiring secret since the rotation. When the list is empty, its
 * grace can end early; it is also empty when no rotation is in progress.
 */
export const retiringApiKeyUse = defineOperation({
  name: 'apiKeys.retiringUse',
  summary: 'From where the retiring secret of an API key is still used',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({ id }),
  output: z.object({
    retiringUntil: timestamp.nullable(),
    items: z.array(place),
  }),
  async run(work, { id }) {
    const { now, services } = work;
    const { rows } = services.database;
    await assertOwnKey(work, id);
    const [secret] = await rows.all<{ ends: number }>(
      `select ${rows.dialect.milliseconds('s.retires_at')} as ends from api_key_secret s
       where s.key_id = ? and s.retires_at > ? and s.retired_at is null`,
      [id, now],
    );
    if (secret === undefined) return { retiringUntil: null, items: [] };
    const places = await rows.all<object>(
      `select ${columns.list(rows.dialect)} from key_retiring_use u
       where u.key_id = ? and u.retires_at in (${ends}) order by u.last_used_at desc limit ${shown}`,
      [id, id, now],
    );
    return { retiringUntil: isoTime(secret.ends), items: places.map(columns.read) };
  },
});
