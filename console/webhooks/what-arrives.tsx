import { webhooks as text } from '../messages/messages.ts';
import { Snippets } from '../ui/snippets.tsx';

const body = `{
  "type": "api_key.rotated",
  "timestamp": "2026-03-04T05:06:07.089Z",
  "data": {
    "key": {
      "id": "key_01KJY67…",
      "label": "CI Pipeline",
      "preview": "rrk_live_AbCd••••Xy1z",
      "status": "active",
      "sub_org_id": 1,
      …
    }
  }
}`;

/** The requests that an endpoint receives, and the answers that it must give. */
export function WhatArrives() {
  return (
    <Snippets
      title={text.arrives.title}
      hint={`${text.arrives.lead} ${text.arrives.answer}`}
      examples={[[text.arrives.example, body]]}
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
