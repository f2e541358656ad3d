import type { z } from 'zod';
import type { InputSchema, Operation, Services } from '../../operations/operation.ts';
import type { Page } from '../../operations/own-records.ts';
import type { Entrance } from '../../operations/principal.ts';

/** The facts beside an operation's output from which a dialect's answer is made. */
export interface AnswerContext {
  readonly services: Services;
  readonly entrance: Entrance;
  /** The operation's input. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** The request and the answer of a route in the names and shapes of another dialect. */
export interface DialectForm<
  Members extends InputSchema = InputSchema,
  Output extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  readonly dialect: Entrance['dialect'];
  /** What the body or query holds, in the dialect's names. */
  readonly members: Members;
  /** The dialect's names of the operation's own members, where they differ. */
  readonly names?: Readonly<Record<string, string>>;
  /** The operation's input. */
  input(
    members: z.output<Members>,
    path: Readonly<Record<string, string>>,
  ): Readonly<Record<string, unknown>>;
  /** The answer's body. */
  readonly body: Body;
  /** Makes the body of the operation's output; of a list, from every item. */
  answer(output: Answered<Output>, context: AnswerContext): z.input<Body> | Promise<z.input<Body>>;
}

/** A list comes with the items of many pages. */
type Answered<Output extends z.ZodType> =
  z.output<Output> extends Page<infer Item> ? readonly Item[] : z.output<Output>;

/** Makes the form of an operation's route; its types follow from the schemas. */
export function dialectForm<
  Input extends InputSchema,
  Members extends InputSchema,
  Output extends z.ZodType,
  Body extends z.ZodType,
  Prepared,
>(
  _operation: Operation<Input, Output, Prepared>,
  form: DialectForm<Members, Output, Body>,
): DialectForm<Members, Output, Body> {
  return form;
}
