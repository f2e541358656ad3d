import type { FirstPass } from './first-pass/first-pass.ts';
import type { ScanLimits } from './limits.ts';

/** What is scanned. */
export type ScanSource =
  | { readonly kind: 'repository'; readonly url: string }
  /** A marketplace's page, or an archive. */
  | { readonly kind: 'extension_url'; readonly url: string }
  /** An archive on this machine; `name` is the uploaded file's own. */
  | { readonly kind: 'extension_file'; readonly path: string; readonly name: string };

/** The task of a child process. */
export interface ChildTask {
  readonly source: ScanSource;
  readonly folder: string;
  readonly limits: ScanLimits;
}

/** The first pass, and what it did not see. */
export interface Examination extends FirstPass {
  readonly gaps: readonly string[];
}

/** To the child. */
export type ToChild =
  | { readonly kind: 'task'; readonly task: ChildTask }
  /** The judgement of an address: `addresses` when permitted, else the reason. */
  | { readonly kind: 'judged'; readonly id: number; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string };

/** From the child. */
export type FromChild =
  | { readonly kind: 'judge'; readonly id: number; readonly url: string }
  | { readonly kind: 'received' }
  | { readonly kind: 'examined'; readonly examination: Examination }
  /** `detail` is for the log only. */
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string };
