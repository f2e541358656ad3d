import { auditLog as text } from '../messages/messages.ts';

/** A change as the log holds it, in one line: a value, or what was before and after. */
export function changeText(change: unknown): string {
  if (isBeforeAfter(change)) return text.changed(valueText(change.before), valueText(change.after));
  return valueText(change);
}

function isBeforeAfter(change: unknown): change is { before: unknown; after: unknown } {
  return typeof change === 'object' && change !== null && 'before' in change && 'after' in change;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return text.none;
  if (Array.isArray(value)) return value.map(valueText).join(', ') || text.none;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
