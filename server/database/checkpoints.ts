import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Changed rows after which the log is moved; fewer stay in it until SQLite itself moves them. */
const rowsBetween = 5_000;

/**
 * Checkpoints of a SQLite file on a thread of their own: they sync the file, and the commit that would
 * make one holds the event loop up until the disk has it. The thread is started with the first one. If
 * it fails, the log grows until a commit makes the next.
 */
export class Checkpoints {
  readonly #path: string;
  #rows = 0;
  #thread: Worker | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Counts rows that were changed and synced. */
  changed(rows: number): void {
    this.#rows += rows;
    if (this.#rows < rowsBetween) return;
    this.#rows = 0;
    this.#thread ??= this.#start();
    this.#thread.postMessage('move');
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === null) return;
    const ended = once(thread, 'exit');
    thread.ref();
    thread.postMessage('close');
    await ended;
  }

  #start(): Worker {
    const thread = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
      workerData: this.#path,
    });
    thread.unref();
    thread.on('error', () => {});
    thread.on('exit', () => {
      this.#thread = null;
    });
    return thread;
  }
}
