import { expect, test } from 'vitest';
import { examplePayload } from '../../../console/webhooks/example-payloads.ts';
import { eventPayloads } from '../../../server/api-keys/event-payloads.ts';
import { webhookEvents } from '../../../server/database/entities/webhook.ts';
import { camelKeys } from '../../../server/wire/case.ts';

test.each(webhookEvents)('the example of %s is a payload as it is documented', (type) => {
  const schema = eventPayloads.find((each) => each.type === type)?.payload;
  expect(schema?.safeParse(camelKeys(examplePayload(type))).error).toBeUndefined();
});
