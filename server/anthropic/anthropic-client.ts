import type Anthropic from '@anthropic-ai/sdk';
import { minute } from '../clock/durations.ts';
import type { Answer, Question } from '../scans/ask-model.ts';
import { AnthropicFailure } from './anthropic-failure.ts';

/** Calls to Anthropic under a customer's key. */
export interface AnthropicClient {
  /** The model of every question. */
  readonly model: string;
  /**
   * Makes the cheapest call that proves a key works and reaches the model. It uses no tokens.
   *
   * @throws {AnthropicFailure}
   */
  check(apiKey: string): Promise<void>;
  /**
   * Asks the model. Waits and repeats after 429, 529, 5xx, timeouts and cut connections.
   *
   * @returns JSON as the schema demands; `undefined` where the model refused or was cut short.
   * @throws {AnthropicFailure} or the signal's reason.
   */
  ask(apiKey: string, question: Question, signal: AbortSignal): Promise<Answer>;
}

/** Options of the client. */
export interface AnthropicOptions {
  /** `ANTHROPIC_BASE_URL`. */
  readonly baseUrl: string;
  /** `ANTHROPIC_MODEL`. */
  readonly model: string;
}

/** Milliseconds for one attempt at a check: a person waits for it. */
const checkTimeoutMs = 15_000;

/** Milliseconds for one attempt at an answer. */
const answerTimeoutMs = 300_000;

/** Attempts at a question after the first. */
const maxRetries = 4;

/**
 * Milliseconds that a question waits where Anthropic asks for it. After a longer one the caller decides:
 * the scan goes back to the queue.
 */
const maxWaitMs = minute;

/** Loaded with the first call: most servers never make one. */
const sdk = () => import('@anthropic-ai/sdk');

/** Creates the client. It reads nothing from the environment, and logs nothing. */
export function createAnthropicClient({ baseUrl, model }: AnthropicOptions): AnthropicClient {
  async function connect(apiKey: string, maxRetries: number): Promise<Anthropic> {
    const { Anthropic } = await sdk();
    return new Anthropic({
      apiKey,
      authToken: null,
      webhookKey: null,
      baseURL: baseUrl,
      logLevel: 'off',
      openTelemetry: false,
      maxRetries,
      fetch: fetchUnder(apiKey),
    });
  }

  return {
    model,
    async check(apiKey) {
      const signal = AbortSignal.timeout(checkTimeoutMs);
      try {
        const client = await connect(apiKey, 0);
        await client.models.retrieve(model, {}, { signal });
      } catch (error) {
        throw await failureOf(error);
      }
    },
    async ask(apiKey, { system, content, schema, maxTokens }, signal) {
      try {
        const body: Anthropic.MessageCreateParamsNonStreaming = {
          model,
          system,
          max_tokens: maxTokens + maxThinkingTokens,
          messages: [{ role: 'user', content }],
          output_config: { format: { type: 'json_schema', schema: { ...schema } } },
        };
        // Not `messages.create`, which writes to the console about models that end soon.
        const client = await connect(apiKey, maxRetries);
        const message = await client.post<Anthropic.Message>('/v1/messages', {
          ...{ body, signal, timeout: answerTimeoutMs },
        });
        const { usage } = message;
        return {
          value: message.stop_reason === 'end_turn' ? jsonOf(message.content) : undefined,
          usage: {
            inputTokens:
              usage.input_tokens +
              (usage.cache_creation_input_tokens ?? 0) +
              (usage.cache_read_input_tokens ?? 0),
            outputTokens: usage.output_tokens,
          },
        };
      } catch (error) {
        signal.throwIfAborted();
        throw await failureOf(error);
      }
    },
  };
}

/** Tokens in which a model that thinks may do so: they count among those of its answer. */
const maxThinkingTokens = 8_000;

function jsonOf(blocks: readonly Anthropic.ContentBlock[]): unknown {
  const text = blocks.flatMap((block) => (block.type === 'text' ? block.text : [])).join('');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Sends the SDK's requests with these headers and no others: it adds those of
 * `ANTHROPIC_CUSTOM_HEADERS` by itself. A redirect would take the key to another host.
 */
function fetchUnder(apiKey: string): typeof fetch {
  return async (url, init) => {
    const headers = {
      'x-api-key': apiKey,
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'reporisk',
    };
    const response = await fetch(url, { ...init, headers, redirect: 'error' });
    const waitMs = retryAfterOf(response.headers);
    const { status, body } = response;
    const fields = new Headers(response.headers);
    // The SDK would wait as long as it reads in either, however long; it gets what is read here.
    fields.delete('retry-after');
    fields.delete('retry-after-ms');
    if (waitMs !== null) fields.set('retry-after-ms', String(waitMs));
    if (waitMs !== null && waitMs > maxWaitMs) fields.set('x-should-retry', 'false');
    return new Response(body, { status, headers: fields });
  };
}

/**
 * Milliseconds of a `Retry-After-Ms`, else of a `Retry-After`, whose date is measured against the
 * response's own.
 */
function retryAfterOf(headers: Headers | undefined): number | null {
  const exact = headers?.get('retry-after-ms') ?? '';
  if (/^\d+(\.\d+)?$/.test(exact)) return Number(exact);
  const given = headers?.get('retry-after');
  if (given == null) return null;
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given) * 1_000;
  const wait = Date.parse(given) - Date.parse(headers?.get('date') ?? '');
  return wait > 0 ? wait : null;
}

async function failureOf(error: unknown): Promise<AnthropicFailure> {
  const { APIError, APIUserAbortError } = await sdk();
  if (!(error instanceof APIError) || error instanceof APIUserAbortError) {
    return new AnthropicFailure('unavailable');
  }
  const { status, type, apiMessage } = error;
  if (status === 401) return new AnthropicFailure('rejected');
  if (status === 402 || type === 'billing_error') return new AnthropicFailure('billing');
  if (status === 400 && /credit balance/i.test(apiMessage ?? '')) {
    return new AnthropicFailure('billing');
  }
  if (status === 403 && type === 'permission_error') return new AnthropicFailure('forbidden');
  if (status === 404) return new AnthropicFailure('model');
  if (status === 400 || status === 413) return new AnthropicFailure('question');
  return new AnthropicFailure('unavailable', retryAfterOf(error.headers));
}
