/** One row of the table. */
export interface Metric {
  readonly what: string;
  /** The ratio, or the figure itself where the target is absolute. */
  readonly value: string;
  /** The values that it was computed from. */
  readonly absolute: string;
  readonly target: string;
  /** Null where there is no target, and for a reference that others are judged by. */
  readonly met: boolean | null;
}

/** A part of the benchmark, in a separate file. */
export type Section = () => Promise<readonly Metric[]>;

/** A figure whose target is an upper bound. */
export function atMost(limit: number, { what, value, absolute, unit = '' }: Measured): Metric {
  return row(what, value, absolute, `≤ ${limit}${unit}`, value <= limit, unit);
}

/** A figure whose target is a lower bound. */
export function atLeast(limit: number, { what, value, absolute, unit = '' }: Measured): Metric {
  return row(what, value, absolute, `≥ ${limit}${unit}`, value >= limit, unit);
}

/** A figure to compare others with. */
export function reference({ what, value, absolute, unit = '' }: Measured): Metric {
  return row(what, value, absolute, '', null, unit);
}

interface Measured {
  readonly what: string;
  readonly value: number;
  readonly absolute: string;
  /** With the space before it. */
  readonly unit?: string;
}

function row(
  what: string,
  value: number,
  absolute: string,
  target: string,
  met: boolean | null,
  unit: string,
): Metric {
  return { what, value: `${rounded(value)}${unit}`, absolute, target, met };
}

/** Three significant digits. */
export function rounded(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : `${Number(value.toPrecision(3))}`;
}

/** A duration in the unit that suits it. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${rounded(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${rounded(nanoseconds / 1e3)} µs`;
  return `${rounded(nanoseconds / 1e6)} ms`;
}
