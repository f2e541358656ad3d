import { once } from 'node:events';
import { run } from './run.ts';

/**
 * The operator's tool as a process: the server's own operations, for an operator with its settings.
 */
const { stderr, stdout } = process;
let isReporting = false;

function report(line: string): void {
  if (!stderr.isTTY) return;
  isReporting = true;
  // One line, overwritten each time.
  stderr.write(`\r\x1b[K${line}`);
}

async function print(line: string): Promise<void> {
  if (!stdout.write(`${line}\n`)) await once(stdout, 'drain');
}

const columns = stdout.isTTY ? stdout.columns : null;
const ended = await run(process.argv.slice(2), process.env, report, print, columns);
if (isReporting) stderr.write('\r\x1b[K');
if (ended.code !== 0) console.error(ended.complaint);
else if (ended.output !== '') console.log(ended.output);
process.exitCode = ended.code;
