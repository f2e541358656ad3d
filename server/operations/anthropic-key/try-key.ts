import { AnthropicFailure } from '../../anthropic/anthropic-failure.ts';
import { Problem } from '../../wire/problem.ts';
import type { PrepareContext } from '../operation.ts';

/**
 * Tries a key at Anthropic.
 *
 * @throws {Problem} 429, while other checks of the organization are under way.
 * @returns the failure; null where the key works, also when only this server's model is wrong: that
 * is logged for the operator.
 */
export async function tryKey(
  { services: { anthropic, checkKey, logger }, principal }: PrepareContext,
  apiKey: string,
): Promise<AnthropicFailure | null> {
  try {
    const checked = await checkKey(principal.organization.id, async () => {
      await anthropic.check(apiKey);
      return true;
    });
    if (checked !== null) return null;
    throw new Problem(429, 'Other checks of a key are under way', { 'Retry-After': '10' });
  } catch (error) {
    if (!(error instanceof AnthropicFailure)) throw error;
    if (error.fault !== 'model') return error;
    logger.error({ model: anthropic.model }, 'ANTHROPIC_MODEL is not available at Anthropic');
    return null;
  }
}
