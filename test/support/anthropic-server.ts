import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The address of an Anthropic that is away: nothing listens there. */
export const noAnthropic = 'http://127.0.0.1:1';

/** A key of the right shape. */
export const anthropicKey = (name: string) => `sk-ant-api03-${name.padEnd(40, '_')}AA`;

/** A request that reached the server. */
export interface AnthropicRequest {
  readonly path: string;
  readonly key: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown> | null;
}

/** An error as Anthropic answers it; `cut` ends the connection without an answer. */
export type AnthropicReply =
  | 'cut'
  | {
      readonly status: number;
      readonly type: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** Anthropic's answers to a key that does not work. */
export const refusals = {
  rejected: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  forbidden: { status: 403, type: 'permission_error', message: 'not permitted' },
  billing: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Your credit balance is too low to access the Anthropic API.',
  },
} as const;

/** Repeated at once: the SDK waits so many milliseconds. */
export const atOnce = { 'retry-after-ms': '1' } as const;

export type AnthropicServer = Awaited<ReturnType<typeof anthropicServer>>;

/**
 * A server on loopback that speaks the Messages API and the Models API. It accepts every key until
 * told otherwise.
 */
export async function anthropicServer() {
  const requests: AnthropicRequest[] = [];
  const refused = new Map<string, AnthropicReply>();
  const scripted: AnthropicReply[] = [];
  const state = {
    /** The value of each answer, and the tokens that it used. */
    answer: {} as unknown,
    usage: { input_tokens: 1_000, output_tokens: 200 },
    stopReason: 'end_turn',
    /** Awaited when a question has arrived, before the key is judged. */
    onQuestion: async (_request: AnthropicRequest): Promise<void> => {},
    /** Awaited when any other call has arrived. */
    onCheck: async (): Promise<void> => {},
  };

  let checks = 0;

  async function respond(request: AnthropicRequest, response: ServerResponse): Promise<void> {
    requests.push(request);
    if (request.path === '/v1/messages') {
      await state.onQuestion(request);
    } else {
      checks += 1;
      await state.onCheck();
      checks -= 1;
    }
    const reply = scripted.shift() ?? refused.get(request.key);
    if (reply === 'cut') {
      response.destroy();
    } else if (reply !== undefined) {
      const { status, type, message = type, headers } = reply;
      send(response, status, { type: 'error', error: { type, message } }, headers);
    } else if (request.path === '/v1/messages') {
      send(response, 200, {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: request.body?.model,
        content: [{ type: 'text', text: JSON.stringify(state.answer) }],
        stop_reason: state.stopReason,
        stop_sequence: null,
        usage: state.usage,
      });
    } else {
      const id = request.path.replace('/v1/models/', '');
      send(response, 200, { type: 'model', id, display_name: id, created_at: '2025-01-01' });
    }
  }

  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? null : JSON.parse(text);
    const { url: path = '', headers } = incoming;
    await respond({ path, key: String(headers['x-api-key']), headers, body }, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    requests,
    checksUnderWay: () => checks,
    /** Answers every further call under a key like this; null accepts it again. */
    refuse(key: string, reply: AnthropicReply | null): void {
      if (reply === null) refused.delete(key);
      else refused.set(key, reply);
    },
    /** Answers the next calls like this, one each. */
    reply: (...replies: readonly AnthropicReply[]) => void scripted.push(...replies),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
