/** A question for the model. */
export interface Question {
  readonly system: string;
  /** The user's message. */
  readonly content: string;
  /** The JSON schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Maximum of output tokens. */
  readonly maxTokens: number;
}

/** The model's answer. */
export interface Answer {
  /** JSON, not validated yet. */
  readonly value: unknown;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** Asks the model one question. */
export type AskModel = (question: Question, signal: AbortSignal) => Promise<Answer>;
