import type { z } from 'zod';
import { eventPayloads } from '../api-keys/event-payloads.ts';
import type { Json } from './openapi-answers.ts';

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const parameters = [
  header('webhook-id', 'The same for each attempt at an event'),
  header('webhook-timestamp', 'Unix seconds of the attempt'),
  header(
    'webhook-signature',
    'Standard Webhooks: `v1,` and base64, one for each secret that counts',
  ),
];

/**
 * The messages sent to webhooks.
 *
 * @param jsonSchema - a schema as JSON Schema in snake case.
 */
export function webhookMessages(jsonSchema: (schema: z.ZodType) => Json): Record<string, Json> {
  const described = eventPayloads.map(({ type, when, payload }) => [
    type,
    {
      post: {
        operationId: type,
        summary: when,
        tags: ['webhooks'],
        // The signature stands in place of a credential.
        security: [],
        parameters,
        requestBody: {
          required: true,
          content: { 'application/json': { schema: jsonSchema(payload) } },
        },
        responses: {
          '2XX': { description: 'Accepted' },
          410: { description: 'Switches the webhook off' },
          default: {
            description: 'Tried again for 24 hours, not before the time that `Retry-After` names',
          },
        },
      },
    },
  ]);
  return Object.fromEntries(described);
}
