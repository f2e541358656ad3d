import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino';
import type { LogFormat } from '../config/config.ts';
import type { Exchange } from '../rest/request-context.ts';
import { errorText, placesOf } from './error-text.ts';

/**
 * The properties of an error that are logged besides its message: names and codes. Its other
 * properties may hold values.
 */
const told = [
  ...['code', 'errno', 'syscall', 'address', 'port', 'status'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
];

/** Causes of causes that are logged; an error may be its own cause. */
const maxDepth = 5;

/**
 * Makes the log: JSON lines on standard output, or on `destination`. The server makes no other:
 * values of a row that an error's properties or a database's message repeat stay out of the log.
 */
export function createLogger(
  options: Pick<LoggerOptions, 'level'>,
  destination?: DestinationStream,
): Logger {
  const settings = { ...options, serializers: { err: errorRecord } };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/** Characters of lines that are written at once, and milliseconds after which fewer are. */
const batch = { length: 65_536, afterMs: 100 };

/** Standard output for the lines of a server; null means pretty on a terminal. */
export async function serverOutput(format: LogFormat | null): Promise<DestinationStream> {
  const isForPeople = format === null ? process.stdout.isTTY : format === 'pretty';
  if (!isForPeople) return batchedOutput();
  // A server in production never needs it.
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    ...{ colorize: process.stdout.isTTY, sync: true, singleLine: true },
    ...{ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' },
  });
}

/**
 * Standard output for the lines of a server, written in batches: a write per request costs more than
 * the verification of its key. pino's own batches count all their bytes again for each line. The end of
 * the process writes the rest, unless it is killed.
 */
function batchedOutput(): DestinationStream {
  let lines = '';
  const pass = () => {
    if (lines === '') return;
    const passed = lines;
    lines = '';
    output.write(passed);
  };
  // Before the output's own listeners, which write what it has.
  process.once('beforeExit', pass).once('exit', pass);
  const output = destination({ dest: 1, sync: false });
  setInterval(pass, batch.afterMs).unref();
  return {
    write(line) {
      lines += line;
      if (lines.length >= batch.length) pass();
    },
  };
}

function errorRecord(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  if (depth > maxDepth) return error.name;
  const properties = Object.entries(error).filter(([name]) => told.includes(name));
  const next = (cause: unknown) => errorRecord(cause, depth + 1);
  return {
    type: error.constructor.name,
    message: errorText(error),
    stack: placesOf(error),
    ...Object.fromEntries(properties),
    ...(error.cause === undefined ? {} : { cause: next(error.cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(next) } : {}),
  };
}

/**
 * Logs one line per request. The route's pattern stands for the path, and nothing of headers, query
 * or body is logged: a client may have put a key anywhere.
 */
export function logRequest(
  { request, requestId, route, address }: Exchange,
  { status }: Response,
  logger: Logger,
  durationMs: number,
): void {
  logger.info(
    {
      requestId,
      method: request.method,
      route,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      address,
    },
    'request',
  );
}
