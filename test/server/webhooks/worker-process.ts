import { pino } from 'pino';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { createDeliver } from '../../../server/webhooks/deliver.ts';
import { deliveryTask } from '../../../server/webhooks/delivery-row.ts';
import { testEncryption, testKeyring } from '../../support/keyring.ts';

// A process that delivers the events of a database, at a fixed time: to be killed.
const [url = '', now = '0'] = process.argv.slice(2);
const clock = () => Number(now);
const database = await openAuditedDatabase(url, { keyring: testKeyring });
const deliver = createDeliver({
  database,
  encryption: testEncryption(),
  targets: {
    protocols: ['http:'],
    permits: () => true,
    resolve: async () => ['127.0.0.1'],
  },
  now: clock,
});
startWorker({ database, handlers: { [deliveryTask]: deliver }, logger: pino(), now: clock });
