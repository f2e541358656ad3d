import type { z } from 'zod';
import { importedKey } from '../api-keys/imported-key.ts';
import { camelKeys, snake } from '../wire/case.ts';

/** The expected form of a line. */
type Line = z.input<typeof importedKey>;

/** A line of the file cannot be imported; no line is. */
export class ImportError extends Error {
  override readonly name = 'ImportError';

  constructor(line: number, detail: string) {
    super(`line ${line}: ${detail}; nothing was imported`);
  }
}

const members = Object.keys(importedKey.shape).map(snake);

/**
 * Reads JSON lines; empty ones are left out.
 *
 * @returns the objects under the operation's names, and the line that each came from.
 * @throws {ImportError} for a line that is no object, or has a member of another name: a misspelled
 * `expires_at` would make a key that never expires.
 */
export function parseImport(text: string) {
  const lines: number[] = [];
  const items: Line[] = [];
  // Some editors begin a file with a byte order mark.
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    items.push(parseLine(line, index + 1));
    lines.push(index + 1);
  }
  return { items, lines, lineOf: (index: number) => lines[index] ?? 0 };
}

/** The operation's own schema validates the members. */
function parseLine(line: string, number: number): Line {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImportError(number, 'not a JSON object');
  }
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) {
    throw new ImportError(number, `${JSON.stringify(unknown)} is none of ${members.join(', ')}`);
  }
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
