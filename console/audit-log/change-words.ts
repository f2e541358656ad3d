import { auditLog as text } from '../messages/messages.ts';
import { localTimeText } from '../ui/time-text.ts';

/** A change of one field, in words; `before` exists where a value was replaced. */
export interface ChangeWords {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
}

/** The changes of a log entry. A field that is empty from the start is no change. */
export function changesInWords(changes: Readonly<Record<string, unknown>>): ChangeWords[] {
  return Object.entries(changes).flatMap(([name, change]): ChangeWords[] => {
    const field = text.fields[name] ?? name;
    if (isBeforeAfter(change)) {
      const [before, after] = [inWords(name, change.before), inWords(name, change.after)];
      return [{ field, before, after }];
    }
    return change === null ? [] : [{ field, before: null, after: inWords(name, change) }];
  });
}

function isBeforeAfter(change: unknown): change is { before: unknown; after: unknown } {
  return typeof change === 'object' && change !== null && 'before' in change && 'after' in change;
}

function inWords(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return text.nothing[name] ?? text.none;
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
