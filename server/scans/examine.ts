import { fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import pLimit from 'p-limit';
import { connectCalls } from '../ipc/calls.ts';
import { addressesOf, type TargetPolicy } from '../network/target-policy.ts';
import type {
  ChildCalls,
  ChildTask,
  Examination,
  ExaminerCalls,
  Judgement,
} from './child-calls.ts';
import { inMebibytes, unpackedAtOnce } from './limits.ts';
import { ScanFailure } from './scan-failure.ts';

/** The context of an examination. */
export interface ExamineContext {
  /** Judges every address, redirects included, and resolves its name. */
  readonly network: TargetPolicy;
  /** Kills the child process. */
  readonly signal: AbortSignal;
  /** Called once, when everything is received and unpacking begins. */
  readonly onReceived: () => void;
}

/** The child's heap, MiB. Packs and files are outside it. */
const heapMebibytes = 256;

/** The turns of this process: without them, scans on every processor keep requests waiting. */
const inTurn = pLimit(unpackedAtOnce);

/**
 * Runs fetch, unpacking and first pass in a child process: they hold the event loop for seconds. The
 * child has no secret in its environment. It is gone when this returns.
 *
 * @throws ScanFailure when the source cannot be examined; the signal's reason when aborted.
 */
export async function examine(task: ChildTask, context: ExamineContext): Promise<Examination> {
  const { signal } = context;
  signal.throwIfAborted();
  const child = fork(new URL('./child.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${heapMebibytes}`, '--expose-gc'],
    env: childEnvironment(process.env),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  yieldToRequests(child.pid);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // A process that did not start has no exit.
    child.once('error', () => child.pid === undefined && resolve());
  });
  const result = Promise.withResolvers<Examination>();
  const fail = (reason: string, detail?: string) =>
    result.reject(new ScanFailure(reason, { cause: detail }));
  const abort = () => result.reject(signal.reason);
  signal.addEventListener('abort', abort);
  const { childMs, childBytes } = task.limits;
  const seconds = childMs / 1000;
  const tooLong = () => fail(`Reading it took longer than ${seconds} seconds.`);
  let timer = setTimeout(tooLong, childMs);
  const call = connectCalls<ChildCalls, ExaminerCalls>(child, {
    judge: ({ url }) => judgement(new URL(url), context.network),
    received() {
      clearTimeout(timer);
      return new Promise((begin) => {
        void inTurn(async () => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          timer = setTimeout(tooLong, childMs);
          context.onReceived();
          begin(null);
          await ended;
        });
      });
    },
  });
  child.on('error', (error) => fail('The source could not be read.', String(error)));
  child.on('exit', (code, killedBy) => {
    const memory = `Reading it took more than ${inMebibytes(childBytes)} of memory.`;
    fail(killedBy === null ? 'The source could not be read.' : memory, `exit ${code} ${killedBy}`);
  });
  void call('examine', task).then((examined) =>
    'failed' in examined ? fail(examined.failed, examined.detail) : result.resolve(examined),
  );
  try {
    return await result.promise;
  } finally {
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
    await ended;
    clearTimeout(timer);
  }
}

/** A scan takes the processor time that the server leaves, its start included. */
function yieldToRequests(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process has already ended.
  }
}

/**
 * No secret of the server. Certificates that the operator trusts, the cache of compiled code, and what
 * Windows needs to run.
 */
export function childEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = ['NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE', 'SystemRoot'];
  return {
    ...Object.fromEntries(passed.flatMap((name) => (own[name] ? [[name, own[name]]] : []))),
    // glibc keeps freed memory per thread; one arena keeps a sixth less of it.
    MALLOC_ARENA_MAX: '1',
  };
}

async function judgement(url: URL, network: TargetPolicy): Promise<Judgement> {
  if (!network.protocols.includes(url.protocol)) {
    return { refused: 'Only https addresses are read.' };
  }
  if (url.username !== '' || url.password !== '') {
    return { refused: 'An address with a user name or password is not read.' };
  }
  const { addresses, refused: isPrivate } = await addressesOf(url, network);
  if (isPrivate) return { refused: 'The host has an address that is not public.' };
  if (addresses.length === 0) return { refused: 'The host name has no address.' };
  return { addresses };
}
