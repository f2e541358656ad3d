import { z } from 'zod';
import { foundByAnalysis, snake, snakeKeys } from './case.ts';
import { recordBuilder } from './record-builder.ts';

/** Builds the sent form of an operation's output. */
export type OutputForm = (output: unknown) => unknown;

/**
 * The form of outputs in the operation's own names, with the members of the schema and no others.
 * Compiled once per schema: it replaces a second validation of values whose types are known.
 */
export const camelForm: (schema: z.ZodType) => OutputForm = compiledOnce(
  (name) => name,
  (value) => value,
);

/** The same with every name in snake case, for REST. */
export const snakeForm: (schema: z.ZodType) => OutputForm = compiledOnce(snake, snakeKeys);

interface Naming {
  /** Gives a member of the schema its sent name. */
  readonly member: (name: string) => string;
  /** Gives a value that the schema does not describe its sent names. */
  readonly free: (value: unknown) => unknown;
}

function compiledOnce(member: Naming['member'], free: Naming['free']) {
  const forms = new WeakMap<z.ZodType, OutputForm>();
  return (schema: z.ZodType): OutputForm => {
    const known = forms.get(schema);
    if (known !== undefined) return known;
    const form = compile(schema, { member, free }) ?? ((output: unknown) => output);
    forms.set(schema, form);
    return form;
  };
}

/** Null for a schema whose values are sent as they are. */
function compile(schema: unknown, naming: Naming): OutputForm | null {
  if (schema instanceof z.ZodObject) return objectForm(schema, naming);
  if (schema instanceof z.ZodArray) {
    const item = compile(schema.element, naming);
    return item === null ? null : (value) => list(value).map(item);
  }
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodReadonly
  ) {
    const inner = compile(schema.def.innerType, naming);
    if (inner === null) return null;
    return (value) => (value === null || value === undefined ? value : inner(value));
  }
  if (schema instanceof z.ZodRecord || schema instanceof z.ZodUnknown) return naming.free;
  if (leaves.some((leaf) => schema instanceof leaf)) return null;
  throw new TypeError('an output has a schema that no form is known for');
}

/** Schemas of values without members. */
const leaves = [
  ...[z.ZodString, z.ZodStringFormat, z.ZodNumber, z.ZodBoolean, z.ZodEnum],
  ...[z.ZodLiteral, z.ZodNull, z.ZodDate, z.ZodCustom],
];

function objectForm({ shape }: z.ZodObject, naming: Naming): OutputForm {
  return recordBuilder(
    Object.entries(shape).map(([name, schema]) => ({
      name: naming.member(name),
      from: name,
      turn: foundByAnalysis.has(name) ? null : compile(schema, naming),
      isOptional: schema instanceof z.ZodOptional,
    })),
  );
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('an output has another value for a list');
  return value;
}
