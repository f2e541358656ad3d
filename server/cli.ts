import { run } from './cli/run.ts';

/** The operator's tool as a process: the server's own operations, for whoever has its settings. */
const { stderr } = process;
let isReporting = false;
const ended = await run(process.argv.slice(2), process.env, (line) => {
  if (!stderr.isTTY) return;
  isReporting = true;
  // One line, written over and over.
  stderr.write(`\r\x1b[K${line}`);
});
if (isReporting) stderr.write('\r\x1b[K');
if (ended.code === 0) console.log(ended.output);
else console.error(ended.complaint);
process.exitCode = ended.code;
