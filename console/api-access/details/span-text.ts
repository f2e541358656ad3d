import { hourText, shortDayText, shortHourText, weekdayText } from '../../ui/time-text.ts';
import type { Range, Span } from './call-sums.ts';

/** When a span began, in full. */
export function spanText({ from }: Span, range: Range): string {
  return range === '24h'
    ? `${weekdayText(from)} ${hourText(from)}`
    : `${weekdayText(from)}, ${shortDayText(from)}`;
}

/** When a span began, for under its bar. */
export function tickText({ from }: Span, range: Range): string {
  return range === '24h' ? shortHourText(from) : weekdayText(from);
}
