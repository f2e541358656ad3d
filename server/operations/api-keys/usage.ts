import { z } from 'zod';
import { day } from '../../clock/durations.ts';
import type { Dialect } from '../../database/dialect.ts';
import { KeyHour, outcomes } from '../../database/entities/key-hour.ts';
import { KeyRefusal } from '../../database/entities/key-refusal.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { refusalsPerKey } from '../../usage/refused-attempts.ts';
import { id, integer, iso, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';

const hourlyFor = 7 * day;

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
    hourly: z.array(z.object({ hour: timestamp, outcome: z.enum(outcomes), count: z.int() })),
    /** By address and agent, over today and the six days (UTC) before. */
    callers: z.array(caller),
    refused: z.array(refusal),
  }),
  async run({ em, principal, now, services }, { id, limit }) {
    await findKey(em, principal, id);
    const hours = await em.find(
      KeyHour,
      { keyId: id, hour: { $gt: new Date(now.getTime() - hourlyFor) } },
      { orderBy: { hour: 'asc', outcome: 'asc' } },
    );
    return {
      items: await lastCalls(em, services.database.dialect, id, limit),
      hourly: hours.map(({ hour, outcome, count }) => ({
        hour: iso(hour),
        outcome,
        count,
      })),
      callers: await callersOf(em, services.database.dialect, id, now),
      refused: await refusalsOf(em, id),
    };
  },
});

async function callersOf(em: EntityManager, dialect: Dialect, keyId: string, now: Date) {
  const rows = await em.execute<
    { ip_address: string; user_agent: string; calls: number | string; last: number }[]
  >(
    `select ip_address, user_agent, sum(calls) as calls,
       ${dialect.milliseconds('max(last_used_at)')} as last
     from key_client_use where key_id = ? and day >= ?
     group by ip_address, user_agent
     order by last desc, ip_address, user_agent limit ${mostCallers}`,
    [keyId, new Date((Math.floor(now.getTime() / day) - 6) * day)],
  );
  return rows.map((row) => ({
    ipAddress: row.ip_address || null,
    userAgent: row.user_agent || null,
    count: shownCount(row.calls),
    lastAt: iso(new Date(row.last)),
  }));
}

async function refusalsOf(em: EntityManager, keyId: string) {
  const rows = await em.find(
    KeyRefusal,
    { keyId },
    { orderBy: { lastAt: 'desc', reason: 'asc', ipAddress: 'asc' }, limit: refusalsPerKey },
  );
  return rows.map(({ reason, ipAddress, userAgent, count, firstAt, lastAt }) => ({
    reason,
    ipAddress: ipAddress === '' ? null : ipAddress,
    userAgent: userAgent ?? null,
    count: shownCount(count),
    firstAt: iso(firstAt),
    lastAt: iso(lastAt),
  }));
}

/** A sum as a number that JSON carries exactly. */
function shownCount(sum: number | string): number {
  return Math.min(Number(sum), Number.MAX_SAFE_INTEGER);
}

interface CallRow {
  readonly id: string;
  readonly key_id: string;
  readonly endpoint: string;
  readonly method: string;
  readonly status_code: number;
  readonly duration_ms: number;
  readonly request_id: string;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly created: number;
}

async function lastCalls(em: EntityManager, dialect: Dialect, id: string, limit: number) {
  const rows = await em.execute<CallRow[]>(
    `select id, key_id, endpoint, method, status_code, duration_ms, request_id, ip_address,
       user_agent, ${dialect.milliseconds('created_at')} as created
     from key_call where key_id = ? order by id desc limit ${limit}`,
    [id],
  );
  return rows.map((row) => ({
    id: row.id,
    keyId: row.key_id,
    endpoint: row.endpoint,
    method: row.method,
    statusCode: row.status_code,
    durationMs: row.duration_ms,
    requestId: row.request_id,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    createdAt: iso(new Date(row.created)),
  }));
}
