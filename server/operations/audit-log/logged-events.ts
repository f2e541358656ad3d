import { z } from 'zod';
import { columnsOf } from '../../database/columns.ts';
import { type Condition, sqlOf, valuesOf } from '../../database/conditions.ts';
import type { Rows } from '../../database/rows.ts';
import { timestamp } from '../../wire/fields.ts';
import { impersonation } from '../principal.ts';

const loggedEvent = z.object({
  id: z.string(),
  seq: z.int(),
  at: timestamp,
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  ipAddress: z.string().nullable(),
  requestId: z.string().nullable(),
  mac: z.string(),
});

/** A row of the audit log. */
export type LoggedEvent = z.infer<typeof loggedEvent>;

const columns = columnsOf(loggedEvent, 'e');

/** The filters of a log. */
export interface EventFilters {
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

type Conditions = readonly Condition[];

/** Events that are found by their time and sorted; more than these are met in their order. */
const mostSorted = 1000;

/**
 * Events of an organization, newest first: by place in the log, which is the order of the commits, so
 * no later row appears in a page that was read.
 *
 * @param before - the place of the last event of the page before.
 */
export async function newestEvents(
  rows: Rows,
  orgId: string,
  filters: EventFilters,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<LoggedEvent[]> {
  const { action, target, from, to } = filters;
  const where: Conditions = [
    ['e.org_id = ?', orgId],
    ...(action === undefined ? [] : [['e.action = ?', action] as const]),
    ...(target === undefined ? [] : [['e.target = ?', target] as const]),
    ...(from === undefined ? [] : [['e.at >= ?', from] as const]),
    ...(to === undefined ? [] : [['e.at < ?', to] as const]),
    ...(before === null ? [] : [['e.seq < cast(? as bigint)', before] as const]),
  ];
  const isByTime = from !== undefined || to !== undefined;
  const isFew = isByTime && (await areFew(rows, where));
  // An actor's texts one by one: the index has the events of each in their order.
  const parts = actorConditions(rows, filters.actor).map((own) => [...where, ...own]);
  const list = columns.list(rows.dialect);
  const selects = parts.map((part) =>
    isFew
      ? `select * from (select ${list} from audit_event e where e.id in (
           with found as materialized (select e.id from audit_event e where ${sqlOf(part)})
           select id from found)) part`
      : `select * from (select ${list} from audit_event e where ${sqlOf(part)}
           order by e.seq desc limit ?) part`,
  );
  const found = await rows.planned<object>(
    `${selects.join(' union all ')} order by seq desc limit ?`,
    [...parts.flatMap((part) => [...valuesOf(part), ...(isFew ? [] : [limit])]), limit],
  );
  return found.map(columns.read);
}

/** Events of an organization after a place in the log up to another, oldest first. */
export async function eventsBetween(
  rows: Rows,
  orgId: string,
  { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number },
): Promise<LoggedEvent[]> {
  const found = await rows.all<object>(
    `select ${columns.list(rows.dialect)} from audit_event e
     where e.org_id = ? and e.seq > ? and e.seq <= ? order by e.seq limit ?`,
    [orgId, after, upTo, limit],
  );
  return found.map(columns.read);
}

async function areFew(rows: Rows, where: Conditions): Promise<boolean> {
  const found = await rows.planned<unknown>(
    `select 1 from audit_event e where ${sqlOf(where)} limit ${mostSorted + 1}`,
    valuesOf(where),
  );
  return found.length <= mostSorted;
}

/**
 * One list of conditions for each text that the actor may be written as: a user's own actions, and
 * those of an impersonator in the user's place.
 */
function actorConditions({ dialect }: Rows, actor: string | undefined): Conditions[] {
  if (actor === undefined) return [[]];
  const person = dialect.before('e.actor', impersonation);
  const texts = actor.includes(':') ? [actor] : [actor, `user:${actor}`, `key:${actor}`];
  return texts.map((text) => {
    const [own = ''] = text.split(impersonation);
    return own === text
      ? [[`${person} = ?`, text]]
      : [[`${person} = ? and e.actor = ?`, own, text]];
  });
}
