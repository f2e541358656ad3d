import { run } from './cli/run.ts';

/** The operator's tool as a process: the server's own operations, for whoever has its settings. */
const ended = await run(process.argv.slice(2), process.env);
if (ended.code === 0) console.log(ended.output);
else console.error(ended.complaint);
process.exitCode = ended.code;
