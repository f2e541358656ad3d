import { keyHref } from '../api/record-links.ts';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { localTimeText } from '../ui/time-text.ts';

/** A change of one field, in words; `before` exists where a value was replaced. */
export interface ChangeWords {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
  /** The page of the key that `after` names. */
  readonly href: string | null;
}

/** The names of records that changes refer to by their ids, by field and id. */
export type ReferredNames = (field: string, id: string) => string | undefined;

/**
 * The changes of a log entry that its sentence does not say. A field that is empty from the start
 * is no change.
 */
export function changesInWords(
  { action, actor, changes, target }: AuditEvent,
  nameOf: ReferredNames,
): ChangeWords[] {
  const fields = Object.entries(changes ?? {});
  const isSaid = (name: string, change: unknown) =>
    untold.has(name) ||
    // The name of a new record is the sentence's own.
    change === target?.name ||
    (name === 'madeBy' && change === actor.id) ||
    (name === 'environment' && change === 'live') ||
    (action.endsWith('.update') && fields.length === 1 && typeof text.single[name] === 'object');
  const words = (name: string, value: unknown) =>
    nameOf(name, String(value)) ?? inWords(name, value);
  return fields.flatMap(([name, change]): ChangeWords[] => {
    if (isSaid(name, change)) return [];
    const field = text.fields[name] ?? name;
    if (isBeforeAfter(change)) {
      const before = words(name, change.before);
      return [{ field, before, after: words(name, change.after), href: null }];
    }
    if (change === null) return [];
    const href = keyFields.has(name) ? keyHref(String(change)) : null;
    return [{ field, before: null, after: words(name, change), href }];
  });
}

/** Fields that name another key by its id. */
export const keyFields: ReadonlySet<string> = new Set(['madeBy', 'with']);

/** Fields for a machine: the export has them. */
const untold: ReadonlySet<string> = new Set(['fingerprints']);

function isBeforeAfter(change: unknown): change is { before: unknown; after: unknown } {
  return typeof change === 'object' && change !== null && 'before' in change && 'after' in change;
}

function inWords(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return text.nothing[name] ?? text.none;
  if (name === 'graceSeconds' && typeof value === 'number') return text.duration(value);
  if (typeof value === 'boolean') return value ? text.yes : text.no;
  if (Array.isArray(value)) return value.map((each) => inWords(name, each)).join(', ') || text.none;
  if (typeof value === 'object') {
    return isRateLimit(value) ? text.rate(value.limit, value.windowSeconds) : JSON.stringify(value);
  }
  const words = String(value);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(words) ? localTimeText(Date.parse(words)) : words;
}

function isRateLimit(value: object): value is { limit: number; windowSeconds: number } {
  return 'limit' in value && 'windowSeconds' in value;
}
