import type { WebhookEvent } from '../api/records.ts';
import { webhooks as text } from '../messages/messages.ts';

/** Every event type, in the order of the form. */
export const webhookEvents = Object.keys(text.eventSentences) as WebhookEvent[];
