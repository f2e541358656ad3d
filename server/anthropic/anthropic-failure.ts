import type { anthropicFaults } from '../database/entities/anthropic-key.ts';

/** The causes of a failed call. */
export type AnthropicFault = (typeof anthropicFaults)[number];

/** The text of each fault, for the customer: in failed scans and in the key's last check. */
export const faultTexts: Readonly<Record<AnthropicFault, string>> = {
  /** 401. */
  rejected: 'Anthropic rejected the API key: it was revoked, deleted or mistyped',
  /** 403 `permission_error`. */
  forbidden: 'Anthropic refused the API key: it lacks the permission to use the model',
  /** 400 with `credit balance`, 402. */
  billing: 'The Anthropic account of the API key has no credit: check its billing',
  /** 404: the setting of this server is wrong, or the account may not use the model. */
  model: 'The model that this server is configured for is not available at Anthropic',
  /** Any other 400, or 413. */
  question: 'Anthropic refused a request of this server',
  /** 429, 529, 5xx, timeouts: the same call may succeed later. */
  unavailable: 'Anthropic could not be reached, or is overloaded',
};

/** A call to Anthropic failed. Holds nothing of the request or of the response's text. */
export class AnthropicFailure extends Error {
  override readonly name = 'AnthropicFailure';
  readonly fault: AnthropicFault;
  /** Milliseconds until the next attempt, as Anthropic asked for; null where it did not. */
  readonly retryAfterMs: number | null;

  constructor(fault: AnthropicFault, retryAfterMs: number | null = null) {
    super(faultTexts[fault]);
    this.fault = fault;
    this.retryAfterMs = retryAfterMs;
  }
}
