/** Requests between two processes, by name. */
type Calls = object;

type Argument<Known, Name extends keyof Known> = Known[Name] extends [infer A, unknown] ? A : never;
type Answer<Known, Name extends keyof Known> = Known[Name] extends [unknown, infer A] ? A : never;

/** The answers of one side. None may throw: the other side would wait for its answer. */
export type Handlers<Known extends Calls> = {
  readonly [Name in keyof Known]: (
    argument: Argument<Known, Name>,
  ) => Answer<Known, Name> | Promise<Answer<Known, Name>>;
};

/** Sends a request and gives its answer. */
export type Call<Known extends Calls> = <Name extends keyof Known & string>(
  name: Name,
  argument: Argument<Known, Name>,
) => Promise<Answer<Known, Name>>;

/** One message of the channel; the listed numbers tell requests apart. */
type Message =
  | { readonly request: number; readonly name: string; readonly argument: unknown }
  | { readonly response: number; readonly answer: unknown };

/** The other side of a channel: a child process, or the process itself for its parent. */
export interface Channel {
  send(message: object, sent: () => void): unknown;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

/** The channel of a child process to its parent. */
export const parentChannel: Channel = {
  send: (message, sent) => process.send?.(message, undefined, undefined, sent),
  on: (event, listener) => process.on(event, listener),
};

/**
 * Requests and answers over the channel between a process and its child. A request whose other side
 * has ended is never answered.
 *
 * @returns the function that sends a request.
 */
export function connectCalls<Theirs extends Calls, Ours extends Calls>(
  channel: Channel,
  handlers: Handlers<Ours>,
): Call<Theirs> {
  const pending = new Map<number, (answer: never) => void>();
  let last = 0;
  // An error of `send` means that the other side is ending.
  const send = (message: Message) => void channel.send(message, () => {});
  channel.on('message', async (message: Message) => {
    if ('response' in message) {
      pending.get(message.response)?.(message.answer as never);
      pending.delete(message.response);
      return;
    }
    const handle = handlers[message.name as keyof Ours];
    send({ response: message.request, answer: await handle(message.argument as never) });
  });
  return (name, argument) =>
    new Promise((resolve) => {
      last += 1;
      pending.set(last, resolve);
      send({ request: last, name, argument });
    });
}
