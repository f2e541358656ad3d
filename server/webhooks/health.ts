import { hour as hourMs } from '../clock/durations.ts';
import type { WebhookHealth, WebhookHour } from '../database/entities/webhook-health.ts';
import { iso } from '../wire/fields.ts';

/** Counted hours: the present one and the 23 before. */
const countedHours = 24;

/**
 * An endpoint's health: `failing` when its last attempt was not accepted, `off` when not active.
 */
export const healthStates = ['ok', 'failing', 'off'] as const;

type Health = (typeof healthStates)[number];

/** The counts including one more attempt, and the number of attempts in its hour. */
export function addAttempt(
  stored: readonly WebhookHour[],
  at: Date,
  isFailure: boolean,
): { readonly hours: WebhookHour[]; readonly sentThisHour: number } {
  const hours = hoursIn(stored);
  const hour = hourOf(at);
  const now = hours.find((each) => each.hour === hour) ?? { hour, sent: 0, failed: 0 };
  const sent = now.sent + 1;
  const counted = { hour, sent, failed: now.failed + (isFailure ? 1 : 0) };
  const others = hours.filter((each) => each.hour !== hour && isCounted(each, hour));
  return {
    hours: [...others, counted].sort((one, other) => one.hour - other.hour),
    sentThisHour: sent,
  };
}

/** A webhook's health in responses. */
export function healthOf(isActive: boolean, health: WebhookHealth | undefined, at: Date) {
  const { lastSuccessAt = null, lastFailureAt = null, hours = [] } = health ?? {};
  const isFailing =
    lastFailureAt !== null && (lastSuccessAt === null || lastFailureAt > lastSuccessAt);
  const answering: Health = isFailing ? 'failing' : 'ok';
  const state: Health = isActive ? answering : 'off';
  const counted = hoursIn(hours).filter((each) => isCounted(each, hourOf(at)));
  return {
    health: state,
    lastSuccessAt: iso(lastSuccessAt),
    sent24h: counted.reduce((sum, { sent }) => sum + sent, 0),
    failed24h: counted.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** The valid hours of a column that a statement by hand may have filled with anything. */
function hoursIn(stored: unknown): WebhookHour[] {
  return Array.isArray(stored) ? stored.filter(isHour) : [];
}

function isHour(value: unknown): value is WebhookHour {
  if (typeof value !== 'object' || value === null) return false;
  return (['hour', 'sent', 'failed'] as const).every((name) =>
    Number.isSafeInteger(Reflect.get(value, name)),
  );
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / hourMs);
}

/** Hours in the future come from another process's clock; near ones count too. */
function isCounted({ hour }: WebhookHour, now: number): boolean {
  return Math.abs(now - hour) < countedHours;
}
