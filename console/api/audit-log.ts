import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import type { AuditAction } from './records.ts';

/** The filter of the log; an empty field matches everything. */
export interface AuditFilter {
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  /** The first and the last day, of the reader's calendar: `2026-03-04`. */
  readonly from: string;
  readonly to: string;
}

/** The filter in an address. */
export function auditFilter(parameter: (name: string) => string | null): AuditFilter {
  const given = (name: keyof AuditFilter) => parameter(name) ?? '';
  return {
    ...{ action: given('action'), actor: given('actor'), target: given('target') },
    ...{ from: given('from'), to: given('to') },
  };
}

export const auditLogQueries = {
  list: ({ trpc }: Api, filter: AuditFilter, cursor: string | undefined) => ({
    queryKey: ['auditLog', 'list', filter, cursor],
    queryFn: () => {
      const { from, to, action, actor, target } = filter;
      const given = {
        limit: 25,
        cursor,
        // The URL may name any action: the server refuses unknown ones.
        action: (action || undefined) as AuditAction | undefined,
        actor: actor || undefined,
        target: target || undefined,
        from: startOfDay(from, 0),
        // The server's `to` is exclusive: one day later, the last day is included.
        to: startOfDay(to, 1),
      };
      return trpc.auditLog.list.query(defined(given));
    },
    placeholderData: keepPreviousData,
  }),
  /** The newest entries, whose actors and targets a picker offers by name. */
  newest: ({ trpc }: Api) => ({
    queryKey: ['auditLog', 'newest'],
    queryFn: async () => (await trpc.auditLog.list.query({ limit: 100 })).items,
    staleTime: 60_000,
  }),
};

/** The whole log as a file. */
export function exportAuditLog({ rest }: Api, format: 'csv' | 'ndjson'): Promise<Blob> {
  return rest.download(`settings/audit-log/export?format=${format}`);
}

/**
 * The start of a day in the reader's time zone, as an ISO string; undefined when it is no day.
 *
 * @param later - the number of days to add.
 */
function startOfDay(day: string, later: number): string | undefined {
  const [, year, month, date] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  // By the calendar, because a day may have 23 or 25 hours.
  const start = new Date(year, month - 1, date + later);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}
