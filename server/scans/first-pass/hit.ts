import { masked } from './mask-secrets.ts';
import type { RuleId } from './rules.ts';
import type { TextFile } from './text-file.ts';

/** A rule that holds at a place. */
export interface Hit {
  readonly rule: RuleId;
  /** Null for the whole repository or archive. */
  readonly path: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly evidence: string | null;
}

/** A rule's look at one file. */
export type Detector = (file: TextFile) => Iterable<Hit>;

const maxEvidence = 200;

/** A place in a file's text, with its line as evidence. */
export function hitAt(file: TextFile, rule: RuleId, index: number, evidence?: string): Hit {
  const start = file.text.lastIndexOf('\n', index - 1) + 1;
  const end = file.text.indexOf('\n', index);
  const line = file.text.slice(start, end < 0 ? undefined : end);
  // Of a long line: the part from the place on. Masked before it is cut: half a secret is none to
  // the patterns.
  const from = line.length <= maxEvidence ? start : index;
  const shown = masked(
    evidence ?? file.text.slice(from, Math.min(start + line.length, from + 2000)),
  );
  const bounded = detached(shown.trim().slice(0, maxEvidence));
  return { rule, path: file.path, line: lineAt(file.text, index), evidence: bounded };
}

/** A copy of a part of a text: the part itself would keep the whole file in memory. */
export const detached = (part: string): string => Buffer.from(part).toString();

/** The line of a position, from 1. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1))
    line += 1;
  return line;
}

/** A hit at the first match of a pattern. */
export function* firstMatch(file: TextFile, rule: RuleId, pattern: RegExp): Generator<Hit> {
  const index = file.text.search(pattern);
  if (index >= 0) yield hitAt(file, rule, index);
}
