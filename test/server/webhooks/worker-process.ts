import { pino } from 'pino';
import { secureRandom } from '../../../core/mod.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { startWorker } from '../../../server/jobs/worker.ts';
import { createSealer } from '../../../server/sealing.ts';
import { createDeliver } from '../../../server/webhooks/deliver.ts';
import { deliveryTask } from '../../../server/webhooks/outbox.ts';
import { testRowMacs } from '../../support/row-macs.ts';

// A process that delivers what is in a database, at a time that stands still: to be killed.
const [url = '', now = '0'] = process.argv.slice(2);
const clock = () => Number(now);
const database = await openDatabase(url, { rowMacs: testRowMacs });
const deliver = createDeliver({
  database,
  sealer: createSealer(new Uint8Array(32).fill(8), null, secureRandom),
  targets: {
    protocols: ['http:'],
    permits: () => true,
    resolve: async () => ['127.0.0.1'],
  },
  now: clock,
});
startWorker({ database, handlers: { [deliveryTask]: deliver }, logger: pino(), now: clock });
