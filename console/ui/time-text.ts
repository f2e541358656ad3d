import { language, shortTimes, times as text } from '../messages/messages.ts';

const units = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const localTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const hour = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
const shortHour = new Intl.DateTimeFormat(language, { hour: 'numeric' });
const shortUtcDay = new Intl.DateTimeFormat(language, {
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
});
const second = new Intl.DateTimeFormat(language, {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
});
const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' });
const utcWeekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
const utcTime = new Intl.DateTimeFormat(language, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/**
 * `4 minutes ago`, `in 3 days`, `just now`, in whole units that have passed or remain: 36 hours are
 * never 2 days. Both times in Unix milliseconds.
 */
export function relativeTime(at: number, now: number): string {
  const difference = at - now;
  for (const [unit, length] of units) {
    if (Math.abs(difference) >= length)
      return relative.format(Math.trunc(difference / length), unit);
  }
  return text.now;
}

/** The distance between two times in one whole unit, without its direction: `3 d`, `now`. */
export function shortSpan(at: number, now: number): string {
  const difference = Math.abs(at - now);
  for (const [unit, length] of units) {
    if (difference >= length) return shortTimes.units[unit](Math.trunc(difference / length));
  }
  return shortTimes.now;
}

/** A day of the reader's calendar. */
export function dayText(at: number): string {
  return day.format(at);
}

/** An hour of the reader's day. */
export function hourText(at: number): string {
  return hour.format(at);
}

/** An hour without its minutes, for where there is little room. */
export function shortHourText(at: number): string {
  return shortHour.format(at);
}

/** A day of UTC without its year, given as `YYYY-MM-DD` or by a moment in it. */
export function shortUtcDayText(day: string | number): string {
  return shortUtcDay.format(new Date(day));
}

/** To the second, without the year, in the reader's time zone. */
export function momentText(at: number): string {
  return second.format(at);
}

/** The short name of the day, in the reader's time zone. */
export function weekdayText(at: number): string {
  return weekday.format(at);
}

/** The short name of a day of UTC. */
export function utcWeekdayText(at: number): string {
  return utcWeekday.format(at);
}

/** To the minute, in the reader's time zone. */
export function localTimeText(at: number): string {
  return localTime.format(at);
}

/** To the second, in UTC. */
export function utcTimeText(at: number): string {
  return `${utcTime.format(at)} UTC`;
}
