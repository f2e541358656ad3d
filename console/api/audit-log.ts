import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import type { AuditAction } from './records.ts';

/** What the log is asked for; empty where it does not matter. */
export interface AuditFilter {
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  /** The first and the last day, of the reader's calendar: `2026-03-04`. */
  readonly from: string;
  readonly to: string;
}

export const auditLogQueries = {
  list: ({ trpc }: Api, filter: AuditFilter, cursor: string | undefined) => ({
    queryKey: ['auditLog', 'list', filter, cursor],
    queryFn: () => {
      const { from, to, action, actor, target } = filter;
      const given = {
        limit: 25,
        cursor,
        // The address may name any: the server refuses what it does not know.
        action: (action || undefined) as AuditAction | undefined,
        actor: actor || undefined,
        target: target || undefined,
        from: startOfDay(from, 0),
        // The log ends before a time: the last day is in it.
        to: startOfDay(to, 1),
      };
      return trpc.auditLog.list.query(defined(given));
    },
    placeholderData: keepPreviousData,
  }),
};

/**
 * When a day begins where the reader is, as an ISO string; undefined when it is not one.
 *
 * @param later - so many days after it.
 */
function startOfDay(day: string, later: number): string | undefined {
  const [, year, month, date] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  // By the calendar, because a day may have 23 or 25 hours.
  const start = new Date(year, month - 1, date + later);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}
