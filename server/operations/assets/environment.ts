import { z } from 'zod';
import type { Environment } from '../../../core/mod.ts';
import { invalidField } from '../../wire/problem.ts';
import type { Principal } from '../principal.ts';

/** The environment of the records that a call works on. */
export const environment = z.enum(['live', 'test']);

/**
 * The environment whose records a caller reaches: a key its own, a session the requested one.
 *
 * @param asked - `live` for a session when absent.
 * @throws {InvalidInput} when a key asks for the other one.
 */
export function environmentOf({ key }: Principal, asked?: Environment): Environment {
  if (key === null) return asked ?? 'live';
  if (asked !== undefined && asked !== key.environment) {
    throw invalidField(
      'environment',
      `an API key of environment ${key.environment} reaches no other`,
    );
  }
  return key.environment;
}
