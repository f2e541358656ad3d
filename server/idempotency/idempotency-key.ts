import { type FieldError, InvalidInput } from '../wire/problem.ts';
import { givenMoreThanOnce } from '../wire/validation.ts';

const name = 'Idempotency-Key';

const maxLength = 255;

/**
 * The `Idempotency-Key` of a request, which marks it as a possible repetition.
 *
 * @param given - each field of that name, as received.
 * @returns null where there is none.
 * @throws {InvalidInput} where it is given twice, empty or too long.
 */
export function idempotencyKey(given: readonly string[] = []): string | null {
  const [key, ...more] = given;
  if (key === undefined) return null;
  if (more.length > 0) throw broken(givenMoreThanOnce([name]));
  if (key === '') {
    const msg = 'ensure this value has at least 1 characters';
    throw broken({ msg, type: 'value_error.any_str.min_length', ctx: { limit_value: 1 } });
  }
  if (key.length > maxLength) {
    const msg = `ensure this value has at most ${maxLength} characters`;
    const ctx = { limit_value: maxLength };
    throw broken({ msg, type: 'value_error.any_str.max_length', ctx });
  }
  return key;
}

/** The refusal when the key was used with another request. */
export function otherBody(): InvalidInput {
  return broken({ msg: 'this key was used with another body', type: 'value_error' });
}

function broken(rule: Omit<FieldError, 'path' | 'part'>): InvalidInput {
  return new InvalidInput([{ ...rule, path: [name], part: 'header' }]);
}
