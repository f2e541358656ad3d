/** A question to the model, with the shape of its answer. */
export interface Question {
  readonly system: string;
  /** Data to judge, never instructions. */
  readonly content: string;
  /** JSON Schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Maximum output tokens. */
  readonly maxTokens: number;
}

/** The model's answer, unchecked: the asker parses it. */
export interface Answer {
  readonly value: unknown;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/**
 * Asks the model.
 *
 * @throws what stops a scan: no usable key, no answer.
 */
export type AskModel = (question: Question, signal: AbortSignal) => Promise<Answer>;
