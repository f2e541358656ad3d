import { AnthropicFailure } from '../../anthropic/anthropic-failure.ts';
import type { PrepareContext } from '../operation.ts';

/**
 * Tries a key at Anthropic.
 *
 * @returns the failure; null where the key works, also when only this server's model is wrong: that
 * is logged for the operator.
 */
export async function tryKey(
  { services: { anthropic, logger } }: PrepareContext,
  apiKey: string,
): Promise<AnthropicFailure | null> {
  try {
    await anthropic.check(apiKey);
    return null;
  } catch (error) {
    if (!(error instanceof AnthropicFailure)) throw error;
    if (error.fault !== 'model') return error;
    logger.error({ model: anthropic.model }, 'ANTHROPIC_MODEL is not available at Anthropic');
    return null;
  }
}
