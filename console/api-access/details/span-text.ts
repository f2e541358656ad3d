import {
  hourText,
  shortHourText,
  shortUtcDayText,
  utcWeekdayText,
  weekdayText,
} from '../../ui/time-text.ts';
import type { Range, Span } from './call-sums.ts';

/** The start of a span, in full. */
export function spanText({ from }: Span, range: Range): string {
  return range === '24h'
    ? `${weekdayText(from)} ${hourText(from)}`
    : `${utcWeekdayText(from)}, ${shortUtcDayText(from)}`;
}

/** The start of a span, as the label under its bar. */
export function tickText({ from }: Span, range: Range): string {
  return range === '24h' ? shortHourText(from) : utcWeekdayText(from);
}
