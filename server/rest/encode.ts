import { inSteps } from '../clock/in-steps.ts';
import type { OutputForm } from '../wire/output-form.ts';

/** Items of a list that are encoded in one step. */
const stepSize = 500;

/** Encodes an output for sending. */
export function encode(output: unknown, form: OutputForm): string {
  return JSON.stringify(form(output));
}

/**
 * The same; an output that is a list, which may have 20,000 items, in steps between which other
 * requests run.
 */
export function encodeInSteps(output: unknown, form: OutputForm): string | Promise<string> {
  const isLong = Array.isArray(output) && output.length > stepSize;
  return isLong ? encodeList(output, form) : encode(output, form);
}

async function encodeList(output: readonly unknown[], form: OutputForm): Promise<string> {
  const parts: string[] = [];
  for await (const some of inSteps(output, stepSize)) parts.push(encode(some, form).slice(1, -1));
  return `[${parts.join(',')}]`;
}
