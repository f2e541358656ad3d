import { type Dialect, readExtraScopes, scopesOf } from '../../../core/mod.ts';
import { type FieldError, InvalidInput, invalidField } from '../../wire/problem.ts';
import { notInEnumeration } from '../../wire/validation.ts';

/** The fields of a key that not every dialect has. */
export interface DialectFields {
  readonly environment: 'live' | 'test';
  readonly projectId?: string | null | undefined;
  readonly scopes?: readonly string[] | null | undefined;
}

/**
 * Asserts that a new key has the fields of its dialect and no other's.
 *
 * @throws {InvalidInput} naming the field.
 */
export function assertOfDialect(
  dialect: Dialect,
  fields: DialectFields,
  extraScopes: readonly string[],
): void {
  if (dialect !== 'reporisk' && fields.environment !== 'live') {
    throw invalidField('environment', `${dialect} keys have no sandbox`);
  }
  if (dialect !== 'platform' && fields.projectId != null) {
    throw invalidField('projectId', 'only platform keys are held to a project');
  }
  assertScopes(dialect, fields.scopes ?? null, extraScopes);
}

/**
 * Asserts that a dialect has these scopes. A `platform` key names its scopes, a `repurai` key has none
 * to name.
 *
 * @throws {InvalidInput} with the place of each that it has not.
 */
export function assertScopes(
  dialect: Dialect,
  scopes: readonly string[] | null,
  extraScopes: readonly string[],
): void {
  if (scopes === null) {
    if (dialect !== 'platform') return;
    const missing = { msg: 'field required', type: 'value_error.missing' };
    throw new InvalidInput([{ path: ['scopes'], ...missing }]);
  }
  if (dialect === 'repurai') throw invalidField('scopes', 'repurai keys have no scopes');
  const known = scopesOf(dialect, readExtraScopes(extraScopes));
  const errors = scopes.flatMap((scope, index): FieldError[] =>
    known.includes(scope) ? [] : [{ path: ['scopes', index], ...notInEnumeration(known) }],
  );
  if (errors.length > 0) throw new InvalidInput(errors);
}

/**
 * What to do about a dialect that is not switched on; null for one that is.
 *
 * @param dialects - those that are.
 */
export function howToSwitchOn(dialect: Dialect, dialects: readonly Dialect[]): string | null {
  if (dialects.includes(dialect)) return null;
  const setting = [...dialects, dialect].join();
  return `the ${dialect} dialect is not switched on: start the server with DIALECTS=${setting}`;
}
