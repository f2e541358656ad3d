import type { z } from 'zod';
import { importedKey } from '../api-keys/imported-key.ts';
import { camelKeys, snake } from '../wire/case.ts';
import { InvalidInput } from '../wire/problem.ts';
import { parseInput } from '../wire/validation.ts';

/** The expected form of a line. */
type Line = z.input<typeof importedKey>;

/** A line of a file that cannot be imported, and why. */
export interface Fault {
  readonly line: number;
  readonly detail: string;
}

/** The most faults of a file that are told. */
const mostFaults = 100;

/** Lines of the file cannot be imported; no line is. One fault is one line of text, as are all of many. */
export class ImportError extends Error {
  override readonly name = 'ImportError';

  constructor(faults: readonly Fault[]) {
    const sorted = faults.toSorted((a, b) => a.line - b.line);
    const lines = sorted.slice(0, mostFaults).map(({ line, detail }) => `line ${line}: ${detail}`);
    const more = faults.length - lines.length;
    super(
      faults.length === 1
        ? `${lines[0]}; nothing was imported`
        : [
            `${faults.length} faults; nothing was imported`,
            ...lines,
            ...(more === 0 ? [] : [`and ${more} more`]),
          ].join('\n'),
    );
  }
}

/** A fault's text with the name of its member. */
export function inField(field: string | number | undefined, msg: string): string {
  return typeof field === 'string' ? `${snake(field)}: ${msg}` : msg;
}

const members = Object.keys(importedKey.shape).map(snake);

/**
 * Reads JSON lines; empty ones are left out.
 *
 * @returns the objects under the operation's names, and the line that each came from.
 * @throws {ImportError} with every fault of the file, where a line is no object or has a member of another
 * name: a misspelled `expires_at` would make a key that never expires.
 */
export function parseImport(text: string) {
  const lines: number[] = [];
  const items: Line[] = [];
  const faults: Fault[] = [];
  // Some editors begin a file with a byte order mark.
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const parsed = parseLine(line);
    if (typeof parsed === 'string') {
      faults.push({ line: index + 1, detail: parsed });
      continue;
    }
    items.push(parsed);
    lines.push(index + 1);
  }
  if (faults.length > 0) throw new ImportError([...faults, ...memberFaults(items, lines)]);
  return { items, lines, lineOf: (index: number) => lines[index] ?? 0 };
}

/** What the operation would refuse in the other lines, which it does not get to see. */
function memberFaults(items: readonly Line[], lines: readonly number[]): Fault[] {
  return items.flatMap((item, index) => {
    try {
      parseInput(importedKey, item);
      return [];
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const line = lines[index] ?? 0;
      return error.errors.map(({ path, msg }) => ({ line, detail: inField(path[0], msg) }));
    }
  });
}

/** The line's object, or its fault. The operation's own schema validates the members. */
function parseLine(line: string): Line | string {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'not a JSON object';
  }
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is none of ${members.join(', ')}`;
  return camelKeys(value) as Line;
}

/** The parser's own message quotes the text, which may hold a key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
