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

/** The judgement of an address: its host's addresses when permitted, else the reason. */
export type Judgement = { readonly addresses: readonly string[] } | { readonly refused: string };

/** The end of a child's task; `detail` is for the log only. */
export type Examined = Examination | { readonly failed: string; readonly detail: string };

/** The parent's request to the child, by name: argument and answer. */
export interface ChildCalls {
  readonly examine: [argument: ChildTask, answer: Examined];
}

/** The child's requests to the parent. */
export interface ExaminerCalls {
  readonly judge: [argument: { readonly url: string }, answer: Judgement];
  /** Answered when it is this child's turn to unpack. */
  readonly received: [argument: null, answer: null];
}
