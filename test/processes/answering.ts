/** A request between processes: the name of a command and its argument. */
export interface Command {
  readonly n: number;
  readonly name: string;
  readonly argument: unknown;
}

/** The reply to a command. */
export type Reply =
  | { readonly n: number; readonly value: unknown }
  | { readonly n: number; readonly error: string };

/** The commands that a process answers, by name. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

/**
 * Answers the parent process's commands, in any order, until it disconnects. For child processes.
 *
 * @param commands - by name; each may take its time.
 */
export function answering(commands: Commands): void {
  process.on('message', async ({ n, name, argument }: Command) => {
    let reply: Reply;
    try {
      reply = { n, value: await commands[name]?.(argument as never) };
    } catch (error) {
      reply = { n, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(reply);
  });
  process.once('disconnect', () => process.exit());
}

/** Nanoseconds by a clock that all processes of a machine share (CLOCK_MONOTONIC on Linux). */
export function instant(): number {
  return Number(process.hrtime.bigint());
}
