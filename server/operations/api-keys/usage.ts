import { z } from 'zod';
import { day } from '../../clock/durations.ts';
import { columnsOf } from '../../database/columns.ts';
import { outcomes } from '../../database/entities/key-hour.ts';
import type { Rows } from '../../database/rows.ts';
import { refusalsPerKey } from '../../usage/refused-attempts.ts';
import { id, integer, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { assertOwnKey } from './own-key.ts';

const hourlyFor = 7 * day;

const hourCount = z.object({ hour: timestamp, outcome: z.enum(outcomes), count: z.int() });

const call = z.object({
  id: z.string(),
  keyId: z.string(),
  endpoint: z.string(),
  method: z.string(),
  statusCode: z.int(),
  durationMs: z.number(),
  requestId: z.string(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: timestamp,
});

const refusal = z.object({
  reason: z.string(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  count: z.int(),
  firstAt: timestamp,
  lastAt: timestamp,
});

const caller = z.object({
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  count: z.int(),
  lastAt: timestamp,
});

/** A sum as a number that JSON carries exactly; PostgreSQL gives it as text. */
const shownCount = (sum: string) => Math.min(Number(sum), Number.MAX_SAFE_INTEGER);

const callColumns = columnsOf(call, 'c');
const hourColumns = columnsOf(hourCount, 'h');
const refusalColumns = columnsOf(refusal, 'r', {
  ipAddress: "nullif(r.ip_address, '')",
  count: { sql: 'r.count', read: shownCount },
});
const callerColumns = columnsOf(caller, 'u', {
  ipAddress: "nullif(u.ip_address, '')",
  userAgent: "nullif(u.user_agent, '')",
  count: { sql: 'sum(u.calls)', read: shownCount },
  lastAt: 'max(u.last_used_at)',
});

/** The number of callers in the answer: the most recently seen ones. */
const mostCallers = 100;

/**
 * The last calls of a key, newest first, the outcomes of its calls in the last seven days, and the
 * refused callers: all recorded data, which is up to a minute old.
 */
export const apiKeyUsage = defineOperation({
  name: 'apiKeys.usage',
  summary: 'The last calls of an API key; counts and callers of the last 7 days; refused attempts',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true, isOpenToMembers: true }),
  input: z.strictObject({ id, limit: integer(1, 1000).default(100) }),
  output: z.object({
    items: z.array(call),
    hourly: z.array(hourCount),
    /** By address and agent, over today and the six days (UTC) before. */
    callers: z.array(caller),
    refused: z.array(refusal),
  }),
  async run(work, { id, limit }) {
    const { now, services } = work;
    const { rows } = services.database;
    await assertOwnKey(work, id);
    return {
      items: await lastCalls(rows, id, limit),
      hourly: await hoursOf(rows, id, now),
      callers: await callersOf(rows, id, now),
      refused: await refusalsOf(rows, id),
    };
  },
});

async function lastCalls(rows: Rows, keyId: string, limit: number) {
  const found = await rows.all<object>(
    `select ${callColumns.list(rows.dialect)} from key_call c
     where c.key_id = ? order by c.id desc limit ?`,
    [keyId, limit],
  );
  return found.map(callColumns.read);
}

async function hoursOf(rows: Rows, keyId: string, now: Date) {
  const found = await rows.all<object>(
    `select ${hourColumns.list(rows.dialect)} from key_hour h
     where h.key_id = ? and h.hour > ? order by h.hour, h.outcome`,
    [keyId, new Date(now.getTime() - hourlyFor)],
  );
  return found.map(hourColumns.read);
}

async function callersOf(rows: Rows, keyId: string, now: Date) {
  const found = await rows.all<object>(
    `select ${callerColumns.list(rows.dialect)} from key_client_use u
     where u.key_id = ? and u.day >= ? group by u.ip_address, u.user_agent
     order by max(u.last_used_at) desc, u.ip_address, u.user_agent limit ${mostCallers}`,
    [keyId, new Date((Math.floor(now.getTime() / day) - 6) * day)],
  );
  return found.map(callerColumns.read);
}

async function refusalsOf(rows: Rows, keyId: string) {
  const found = await rows.all<object>(
    `select ${refusalColumns.list(rows.dialect)} from key_refusal r
     where r.key_id = ? order by r.last_at desc, r.reason, r.ip_address limit ${refusalsPerKey}`,
    [keyId],
  );
  return found.map(refusalColumns.read);
}
