/** The day of the price list, `YYYY-MM-DD`. */
export const pricesOf = '2026-11-28';

/** US dollars per million tokens, by the model's id. */
const prices: Readonly<Record<string, readonly [input: number, output: number]>> = {
  'claude-fable-5-1': [10, 50],
  'claude-opus-5': [5, 25],
  'claude-sonnet-5-5': [2, 10],
  'claude-sonnet-5': [2, 10],
  'claude-sonnet-4-6': [3, 15],
  'claude-opus-4-5': [5, 25],
  'claude-opus-4-1': [15, 75],
  'claude-opus-4': [15, 75],
  'claude-sonnet-4-5': [3, 15],
  'claude-sonnet-4': [3, 15],
  'claude-haiku-4-5': [1, 5],
};

/**
 * An estimate of a model's cost: Anthropic's list price of that day, without discounts.
 *
 * @returns US dollars; null for a model that the list does not have.
 */
export function estimatedUsd(
  model: string,
  { inputTokens, outputTokens }: { readonly inputTokens: number; readonly outputTokens: number },
): number | null {
  const known = Object.keys(prices).filter((id) => model === id || isDated(model, id));
  const price = prices[known[0] ?? ''];
  if (price === undefined) return null;
  return (inputTokens * price[0] + outputTokens * price[1]) / 1_000_000;
}

/** Whether a model is the dated form of an id: `claude-opus-4-5-20251101`, not `claude-opus-4-8`. */
function isDated(model: string, id: string): boolean {
  return model.startsWith(`${id}-`) && /^\d{8}$/.test(model.slice(id.length + 1));
}
