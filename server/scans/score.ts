import { type Severity, severities } from './report.ts';

/** The scores of each level. The level is the severity of the worst finding. */
const bands: Readonly<Record<Severity, { from: number; to: number; each: number }>> = {
  low: { from: 0, to: 24, each: 4 },
  medium: { from: 25, to: 49, each: 4 },
  high: { from: 50, to: 79, each: 6 },
  critical: { from: 80, to: 100, each: 5 },
};

/**
 * The level of a report is the severity of its worst finding; `low` without any. The score lies in
 * the level's band: its lower end, raised by each finding of that severity. The model may raise the
 * score up to the band's upper end. It cannot lower it: a repository that instructs the model gains
 * nothing.
 *
 * @param found - the severities of all findings.
 * @param suggested - the model's score; 0 without one.
 */
export function scoreOf(
  found: readonly Severity[],
  suggested: number,
): { readonly riskLevel: Severity; readonly riskScore: number } {
  const riskLevel = severities.findLast((severity) => found.includes(severity)) ?? 'low';
  const { from, to, each } = bands[riskLevel];
  const count = found.filter((severity) => severity === riskLevel).length;
  const own = Math.min(to, from + each * Math.max(0, riskLevel === 'low' ? count : count - 1));
  return { riskLevel, riskScore: Math.max(own, Math.min(to, Math.round(suggested))) };
}
