import type { core, ZodType, z } from 'zod';
import { type FieldError, InvalidInput } from './problem.ts';

/** The most faults in an answer. */
export const maxFaults = 100;

/**
 * Parses an operation's input. Lists that are too long are refused before any of their items is
 * read: the schema bounds the work.
 *
 * @throws {InvalidInput} with one error per rejected field, in the documented words; a hundred at most.
 */
export function parseInput<Schema extends ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const tooLong = overlongLists(schema, input, []);
  if (tooLong.length > 0) throw new InvalidInput(tooLong.slice(0, maxFaults));
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, maxFaults);
  throw new InvalidInput(issues.flatMap((issue) => fieldErrors(issue, input)));
}

/** A member or parameter that the operation does not name. */
export function extraField(path: FieldError['path']): FieldError {
  return { path, msg: 'extra fields not permitted', type: 'value_error.extra' };
}

/** A parameter or form field that came twice: either value may be the one meant. */
export function givenMoreThanOnce(path: FieldError['path']): FieldError {
  return { path, msg: 'given more than once', type: 'value_error' };
}

/** The report of a field's own rule: the documented error as it stands. */
export interface RuleBroken {
  readonly msg: string;
  readonly type: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

const wrongTypes: Readonly<Record<string, RuleBroken>> = {
  string: { type: 'type_error.str', msg: 'str type expected' },
  number: { type: 'type_error.integer', msg: 'value is not a valid integer' },
  int: { type: 'type_error.integer', msg: 'value is not a valid integer' },
  boolean: { type: 'type_error.bool', msg: 'value could not be parsed to a boolean' },
  array: { type: 'type_error.list', msg: 'value is not a valid list' },
  object: { type: 'type_error.dict', msg: 'value is not a valid dict' },
  record: { type: 'type_error.dict', msg: 'value is not a valid dict' },
};

/** The lists in a value that hold more items than their schema allows. */
function overlongLists(
  schema: core.$ZodType,
  value: unknown,
  path: FieldError['path'],
): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  const def = withoutWrappers(schema)._zod.def as unknown as ListedDefinition;
  if (def.type === 'object' && !Array.isArray(value)) {
    return Object.entries(def.shape).flatMap(([name, field]) =>
      Object.hasOwn(value, name)
        ? overlongLists(field, valueAt(value, [name]), [...path, name])
        : [],
    );
  }
  if (def.type !== 'array' || !Array.isArray(value)) return [];
  const maximum = maxItems(def.checks);
  if (value.length > maximum) return [{ path, ...tooBig('array', maximum) }];
  return value.flatMap((item, index) => overlongLists(def.element, item, [...path, index]));
}

/** The parts of a schema that bound a list. */
interface ListedDefinition {
  readonly type: string;
  readonly shape: Readonly<Record<string, core.$ZodType>>;
  readonly element: core.$ZodType;
  readonly checks?: readonly core.$ZodCheck[];
}

function maxItems(checks: ListedDefinition['checks'] = []): number {
  return checks.reduce(
    (limit, { _zod: { def } }) => ('maximum' in def ? Math.min(limit, Number(def.maximum)) : limit),
    Number.POSITIVE_INFINITY,
  );
}

/** A schema without the wrappers that make it optional or change its output. */
export function withoutWrappers(schema: core.$ZodType): core.$ZodType {
  const { innerType, in: piped } = schema._zod.def as {
    innerType?: core.$ZodType;
    in?: core.$ZodType;
  };
  const inner = innerType ?? piped;
  return inner === undefined ? schema : withoutWrappers(inner);
}

function fieldErrors(issue: core.$ZodIssue, input: unknown): FieldError[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxFaults).map((name) => extraField([...path, name]));
  }
  return [{ path, ...ruleBroken(issue, valueAt(input, issue.path)) }];
}

function ruleBroken(issue: core.$ZodIssue, value: unknown): RuleBroken {
  if (value === undefined) return { type: 'value_error.missing', msg: 'field required' };
  if (value === null) {
    return { type: 'type_error.none.not_allowed', msg: 'none is not an allowed value' };
  }
  switch (issue.code) {
    case 'invalid_type':
      return wrongTypes[issue.expected] ?? { type: 'value_error', msg: 'value is not valid' };
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'invalid_value':
      return notInEnumeration(issue.values.map(String));
    case 'custom':
      return issue.params === undefined
        ? { type: 'value_error', msg: issue.message }
        : (issue.params as unknown as RuleBroken);
    default:
      return { type: 'value_error', msg: 'value is not valid' };
  }
}

/** A value that is not one of those permitted. */
export function notInEnumeration(permitted: readonly string[]): RuleBroken {
  return {
    type: 'type_error.enum',
    msg: `value is not a valid enumeration member; permitted: ${permitted.map((value) => `'${value}'`).join(', ')}`,
    ctx: { enum_values: permitted },
  };
}

function tooSmall(origin: string, limit: number): RuleBroken {
  const ctx = { limit_value: limit };
  if (origin === 'string') {
    const msg = `ensure this value has at least ${limit} characters`;
    return { type: 'value_error.any_str.min_length', msg, ctx };
  }
  if (origin === 'array') {
    const msg = `ensure this value has at least ${limit} items`;
    return { type: 'value_error.list.min_items', msg, ctx };
  }
  const msg = `ensure this value is greater than or equal to ${limit}`;
  return { type: 'value_error.number.not_ge', msg, ctx };
}

function tooBig(origin: string, limit: number): RuleBroken {
  const ctx = { limit_value: limit };
  if (origin === 'string') {
    const msg = `ensure this value has at most ${limit} characters`;
    return { type: 'value_error.any_str.max_length', msg, ctx };
  }
  if (origin === 'array') {
    const msg = `ensure this value has at most ${limit} items`;
    return { type: 'value_error.list.max_items', msg, ctx };
  }
  const msg = `ensure this value is less than or equal to ${limit}`;
  return { type: 'value_error.number.not_le', msg, ctx };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
