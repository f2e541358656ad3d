import { createSignal } from 'solid-js';
import type { WebhookEvent } from '../api/records.ts';
import { webhooks as text } from '../messages/messages.ts';
import { Select } from '../ui/select.tsx';
import { Snippets } from '../ui/snippets.tsx';
import { examplePayload } from './example-payloads.ts';
import { webhookEvents } from './webhook-events.ts';

/** The requests that an endpoint receives, and the answers that it must give. */
export function WhatArrives() {
  const [event, setEvent] = createSignal<WebhookEvent>('api_key.created');
  return (
    <Snippets
      title={text.arrives.title}
      hint={`${text.arrives.lead} ${text.arrives.answer}`}
      before={
        <Select
          label={text.arrives.event}
          value={event()}
          options={webhookEvents.map((each) => [each, each] as const)}
          onChange={setEvent}
        />
      }
      examples={[[text.arrives.example, JSON.stringify(examplePayload(event()), null, 2)]]}
    />
  );
}

const javascript = `import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.REPORISK_WEBHOOK_SECRET);

// body: the text as it arrived, before any JSON parser.
// Throws when it is not ours, or older than five minutes.
const event = webhook.verify(body, request.headers);`;

const python = `import os
from standardwebhooks.webhooks import Webhook

webhook = Webhook(os.environ["REPORISK_WEBHOOK_SECRET"])

# body: the text as it arrived, before any JSON parser.
# Raises when it is not ours, or older than five minutes.
event = webhook.verify(body, dict(request.headers))`;

/** How an endpoint distinguishes our messages from forged ones. */
export function VerifySignature() {
  return (
    <Snippets
      title={text.verify.title}
      hint={text.verify.hint}
      examples={[
        [text.verify.javascript, javascript],
        [text.verify.python, python],
      ]}
    />
  );
}
