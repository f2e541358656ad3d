import type { Value } from './prepared.ts';

/** A part of a statement, with its parameters. */
export type Condition = readonly [sql: string, ...parameters: Value[]];

/** Conditions that all hold, as SQL. */
export function sqlOf(where: readonly Condition[]): string {
  return where.map(([sql]) => sql).join(' and ');
}

/** The parameters of `sqlOf`, in their order. */
export function valuesOf(where: readonly Condition[]): Value[] {
  return where.flatMap(([, ...values]) => values);
}
