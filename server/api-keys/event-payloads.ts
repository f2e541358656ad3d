import { z } from 'zod';
import type { WebhookEvent } from '../database/entities/webhook.ts';
import { timestamp } from '../wire/fields.ts';
import { keyRecord } from './key-record.ts';

/** Each event type: its fields in addition to the key, and its trigger. */
const events: Readonly<
  Record<WebhookEvent, readonly [when: string, beside: z.core.$ZodLooseShape]>
> = {
  'api_key.created': ['A key was issued', {}],
  'api_key.updated': ['A key was changed, or its grace ended', {}],
  'api_key.rotated': ['A key got a new secret', {}],
  'api_key.revoked': ['A key was revoked', {}],
  'api_key.expiring': [
    'A key expires in 14 days, 7 days or 1 day',
    { daysLeft: z.union([z.literal(14), z.literal(7), z.literal(1)]) },
  ],
  'api_key.leaked': [
    'A secret of a key was found where it should not be',
    {
      secret: z.string().describe('Which secret of the key'),
      action: z.string().describe('What was done'),
      preview: z.string().describe('Of the secret that was found'),
      places: z.array(z.string()),
      url: z.string().nullable().describe('The first of the places'),
    },
  ],
  'api_key.refused': [
    'A secret that is revoked, expired or retired was tried; each is told once in 30 days',
    {
      reason: z.string(),
      preview: z.string().describe('Of the secret that was tried'),
      ipAddress: z.string().nullable(),
      userAgent: z.string().nullable(),
      at: timestamp,
    },
  ],
};

/** The body of each message, by the type of its event. */
export const eventPayloads = [
  ...Object.entries(events).map(([type, [when, beside]]) => ({
    type,
    when,
    payload: payloadOf(type, z.strictObject({ ...beside, key: keyRecord.strict() })),
  })),
  {
    type: 'webhook.test',
    when: 'An admin asked for it: sent once, to one webhook',
    payload: payloadOf('webhook.test', z.strictObject({ webhookId: z.string() })),
  },
];

function payloadOf(type: string, data: z.ZodType) {
  return z.strictObject({ type: z.literal(type), timestamp, data });
}
