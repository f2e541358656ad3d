/**
 * A process whose worker does scans, of which those of one organization wait until told to go on.
 *
 * @module
 */

import { scanHandlers } from '../../../server/job-handlers.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { answering } from '../../processes/answering.ts';
import { startServer } from '../../support/server.ts';
import { twoQuestions } from './scanning.ts';

/** The settings of a worker's process. */
export interface ScanWorkerSettings {
  readonly databaseUrl: string;
  /** Unix milliseconds; the clock does not move. */
  readonly now: number;
  /** Scans of addresses with this part wait. */
  readonly waiting: string;
}

const settings: ScanWorkerSettings = JSON.parse(process.argv[2] ?? '');
const begun = Promise.withResolvers<true>();
const goOn = Promise.withResolvers<void>();
const scanned: string[] = [];
const now = () => settings.now;
const server = await startServer({
  database: settings.databaseUrl,
  now,
  scans: {
    async scan(source, context) {
      const url = 'url' in source ? source.url : '';
      scanned.push(url);
      begun.resolve(true);
      if (url.includes(settings.waiting)) await goOn.promise;
      return twoQuestions(source, context);
    },
  },
});
const { database, logger, random } = server.services;
const worker = startWorker({
  ...{ database, logger, random, now, timer: () => () => {}, concurrency: 4, perPool: 6 },
  handlers: scanHandlers(server.services),
});

const commands = {
  /** Resolves when a scan has begun here. */
  begun: (_: null) => begun.promise,

  /** Lets scans go on; the addresses of all, when none is left. */
  async finish(_: null): Promise<readonly string[]> {
    goOn.resolve();
    await worker.idle();
    return scanned;
  },
};

/** The commands of a worker's process. */
export type ScanWorkerCommands = typeof commands;

answering(commands);
