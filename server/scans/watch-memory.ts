import { workerData } from 'node:worker_threads';

// Ends the process when it holds more memory than allowed. A signal, because the main thread may not
// answer; the parent knows it by the signal.
const allowed = Number(workerData);
setInterval(() => {
  if (process.memoryUsage.rss() > allowed) process.kill(process.pid, 'SIGKILL');
}, 20);
