import { cleanedName } from '../wire/names.ts';

/**
 * A user's display name: first and last name, otherwise the sign-in identifier.
 *
 * @returns null when no visible character is left.
 */
export function memberName(
  first: string | null | undefined,
  last: string | null | undefined,
  identifier: string | null | undefined,
): string | null {
  return cleanedName(`${first ?? ''} ${last ?? ''}`, null) ?? cleanedName(identifier, null);
}
