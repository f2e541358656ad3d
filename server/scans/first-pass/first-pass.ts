import type { Finding } from '../report.ts';
import type { SourceFile } from '../source-file.ts';
import { type ChosenText, rankOf, TextChoice } from './choose-texts.ts';
import { dependencyDetectors } from './dependencies.ts';
import { entryHits } from './entries.ts';
import { extensionDetectors } from './extensions.ts';
import type { Detector, Hit } from './hit.ts';
import { installDetectors, installScripts, networkUse } from './install-scripts.ts';
import { masked } from './mask-secrets.ts';
import { modelDetectors } from './model-instructions.ts';
import { obfuscationDetectors } from './obfuscation.ts';
import { manifestOf } from './package-manifest.ts';
import { type RuleId, rules } from './rules.ts';
import { secretDetectors } from './secrets.ts';
import { shellDetectors } from './shell-commands.ts';
import { shownText } from './shown-text.ts';
import { type TextFile, textFile } from './text-file.ts';
import { workflowDetectors } from './workflows.ts';

/** What the rules found, and what the model is to read. */
export interface FirstPass {
  readonly findings: readonly Finding[];
  readonly texts: readonly ChosenText[];
  /** The first paths, for the model's overview. */
  readonly paths: readonly string[];
  readonly fileCount: number;
  /** Telling files that the bounds of the model's reading left out or cut. */
  readonly leftOut: number;
}

const detectors: readonly Detector[] = [
  ...[...installDetectors, ...shellDetectors, ...obfuscationDetectors, ...dependencyDetectors],
  ...[...secretDetectors, ...workflowDetectors, ...extensionDetectors, ...modelDetectors],
];

const maxPaths = 1000;
const maxOfRule = 10;

/**
 * Judges files one after the other by the rules, without any model.
 *
 * @param isPackaged - true for an archive, in which built code is expected.
 */
export async function firstPass(
  files: AsyncIterable<SourceFile>,
  { isPackaged }: { readonly isPackaged: boolean },
): Promise<FirstPass> {
  const hits: Hit[] = [];
  const choice = new TextChoice();
  const paths: string[] = [];
  const networkUses = new Map<string, Hit>();
  const runAtInstall = new Set<string>();
  const top = { hasDependencies: false, hasLock: false };
  let fileCount = 0;
  for await (const entry of files) {
    fileCount += 1;
    const file = { ...entry, path: shownText(entry.path) };
    if (paths.length < maxPaths) paths.push(file.path);
    const own = entryHits(entry);
    const text = file.kind === 'file' ? textFile(file.path, file.content, isPackaged) : null;
    if (text !== null) {
      for (const detect of detectors) {
        for (const hit of first(detect(text))) own.push(hit);
      }
      const network = networkUse(text);
      if (network !== null) networkUses.set(text.path, network);
      for (const { runs } of installScripts(text)) for (const path of runs) runAtInstall.add(path);
      if (text.path === 'package.json') top.hasDependencies = hasDependencies(text);
      if (lockNames.has(text.path)) top.hasLock = true;
      const rank = own.length > 0 ? 0 : rankOf(text.path);
      if (rank !== null || text.isCode) choice.add(text.path, masked(text.text), rank);
    }
    for (const hit of own) hits.push({ ...hit, path: file.path });
  }
  for (const path of runAtInstall) {
    choice.promote(path);
    const network = networkUses.get(path);
    if (network !== undefined) hits.push(network);
  }
  if (top.hasDependencies && !top.hasLock && !isPackaged) {
    hits.push({ rule: 'lock-file-missing', path: 'package.json', line: null, evidence: null });
  }
  return { findings: findingsOf(hits), paths, fileCount, ...choice.choose() };
}

/** The first hits of a detector in a file: each costs a look at all its lines. */
function* first(hits: Iterable<Hit>): Generator<Hit> {
  let count = 0;
  for (const hit of hits) {
    yield hit;
    count += 1;
    if (count === maxOfRule) return;
  }
}

const hasDependencies = (file: TextFile) =>
  Object.keys(manifestOf(file)?.dependencies ?? {}).length > 0;

const lockNames = new Set([
  ...['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'],
  'bun.lockb',
]);

/** At most ten findings of a rule: one more says nothing new. */
function findingsOf(hits: readonly Hit[]): Finding[] {
  return [...Map.groupBy(hits, ({ rule }) => rule)].flatMap(([rule, all]) =>
    all.slice(0, maxOfRule).map((hit, at) => {
      const more = all.length - maxOfRule;
      const isLast = more > 0 && at === maxOfRule - 1;
      return findingOf(hit, isLast ? ` (and ${more} more)` : '', rule);
    }),
  );
}

function findingOf({ path, line, evidence }: Hit, more: string, rule: RuleId): Finding {
  const { severity, title, advice } = rules[rule];
  const shown = evidence === null ? null : shownText(evidence);
  return { rule, severity, title: title + more, file: path, line, evidence: shown, advice };
}

/** A finding about the whole: no rule of a file. */
export function findingAbout(rule: RuleId, path: string | null): Finding {
  return findingOf({ rule, path, line: null, evidence: null }, '', rule);
}
