import { inSteps } from '../clock/in-steps.ts';
import { snakeKeys } from '../wire/case.ts';

/** Items of a list that are encoded in one step. */
const stepSize = 500;

/** Encodes an output for sending. */
export function encode(output: unknown): string {
  return JSON.stringify(snakeKeys(output));
}

/** The same; a list, which may have 20,000 items, in steps between which other requests run. */
export async function encodeInSteps(output: unknown): Promise<string> {
  if (!Array.isArray(output)) return encode(output);
  const items: string[] = [];
  for await (const some of inSteps(output, stepSize)) {
    for (const item of some) items.push(encode(item));
  }
  return `[${items.join(',')}]`;
}
