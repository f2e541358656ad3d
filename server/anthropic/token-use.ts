import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import type { Rows } from '../database/rows.ts';
import { estimatedUsd } from './prices.ts';

/** Days that are shown. */
const shownDays = 30;

/** Days before a day that it is compared with. */
const comparedDays = 14;

/** Days with use among these that a comparison needs. */
const minComparedDays = 3;

/** A day is unusual above this multiple of the mean of the compared days with use. */
const unusualFactor = 3;

/** Tokens of one answer. */
interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The use of one day. */
export interface DayOfUse extends Tokens {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** Null where the price of a model is unknown. */
  readonly estimatedUsd: number | null;
  /** Whether the tokens are more than three times the mean of the days of use in two weeks before. */
  readonly unusual: boolean;
}

/** Adds the tokens of an answer to their day. */
export async function recordTokens(
  database: Database,
  use: { readonly orgId: string; readonly model: string; readonly at: Date } & Tokens,
): Promise<void> {
  const { orgId, model, at, inputTokens, outputTokens } = use;
  await database.transaction((em) =>
    em.execute(
      `insert into anthropic_use (org_id, day, model, input_tokens, output_tokens)
       values (?, ?, ?, ?, ?)
       on conflict (org_id, day, model) do update set
         input_tokens = anthropic_use.input_tokens + excluded.input_tokens,
         output_tokens = anthropic_use.output_tokens + excluded.output_tokens`,
      [orgId, dayOf(at), model, inputTokens, outputTokens],
    ),
  );
}

/** The use of the last 30 days, oldest first; days without use are among them. */
export async function daysOfUse(rows: Rows, orgId: string, now: Date): Promise<DayOfUse[]> {
  const days = Array.from({ length: shownDays + comparedDays }, (_, index) =>
    dayOf(new Date(now.getTime() - (shownDays + comparedDays - 1 - index) * day)),
  );
  const found = await rows.all<ModelUse>(
    `select day, model, input_tokens as input, output_tokens as output from anthropic_use
     where org_id = ? and day >= ?`,
    [orgId, days[0] ?? ''],
  );
  const totals = days.map((day) => totalOf(day, found));
  return totals.slice(comparedDays).map((total, index) => ({
    ...total,
    unusual: isUnusual(total, totals.slice(index, index + comparedDays)),
  }));
}

/** A model's tokens of one day; PostgreSQL gives numbers of this size as text. */
interface ModelUse {
  readonly day: string;
  readonly model: string;
  readonly input: number | string;
  readonly output: number | string;
}

function totalOf(day: string, uses: readonly ModelUse[]): Omit<DayOfUse, 'unusual'> {
  let [inputTokens, outputTokens] = [0, 0];
  let usd: number | null = 0;
  for (const use of uses.filter((each) => each.day === day)) {
    const tokens = { inputTokens: Number(use.input), outputTokens: Number(use.output) };
    inputTokens += tokens.inputTokens;
    outputTokens += tokens.outputTokens;
    const cost = estimatedUsd(use.model, tokens);
    usd = usd === null || cost === null ? null : usd + cost;
  }
  const estimate = usd === null ? null : Math.round(usd * 10_000) / 10_000;
  return { day, inputTokens, outputTokens, estimatedUsd: estimate };
}

function isUnusual(day: Tokens, before: readonly Tokens[]): boolean {
  const used = before.map(sum).filter((tokens) => tokens > 0);
  if (used.length < minComparedDays) return false;
  const mean = used.reduce((total, tokens) => total + tokens, 0) / used.length;
  return sum(day) > unusualFactor * mean;
}

function sum({ inputTokens, outputTokens }: Tokens): number {
  return inputTokens + outputTokens;
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
