import { cleanedName } from '../wire/names.ts';

/**
 * What a user is called: first and last name, else what the user signs in with.
 *
 * @returns null when nothing of it can be seen.
 */
export function memberName(
  first: string | null | undefined,
  last: string | null | undefined,
  identifier: string | null | undefined,
): string | null {
  return cleanedName(`${first ?? ''} ${last ?? ''}`, null) ?? cleanedName(identifier, null);
}
