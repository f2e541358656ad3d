import { number } from './number.ts';

const percent = /* @__PURE__ */ new Intl.NumberFormat('en', {
  style: 'percent',
  maximumFractionDigits: 1,
});
const waits = (count: number) =>
  count === 1 ? '1 event waits' : `${number.format(count)} events wait`;

export const webhooks = {
  title: 'Webhooks',
  lead: 'Your systems hear within seconds what happens to your keys: a signed message to an address of yours.',
  create: 'New webhook',
  createLead: 'The signing secret is shown once, right after you add the webhook.',
  add: 'Add webhook',
  adding: 'Adding…',
  url: 'Endpoint URL',
  urlHint: 'An https:// address that the internet can reach.',
  urlNeeded: 'Enter the address that events are sent to.',
  events: 'Events',
  eventNeeded: 'Choose at least one.',
  eventSentences: {
    'api_key.created': 'A key was issued.',
    'api_key.updated': 'A key was changed: its label, scopes or limits, or whether it is enabled.',
    'api_key.rotated': 'A key got a new secret.',
    'api_key.revoked': 'A key was revoked, by itself or together with others.',
    'api_key.expiring': 'A key expires in 14 days, 7 days or 1 day.',
    'api_key.leaked': 'A key’s secret was found where it should not be.',
    'api_key.refused': 'A secret that is revoked, expired or replaced was tried.',
  },
  allEvents: 'Every event',
  arrives: {
    title: 'What arrives',
    lead: 'A POST with a JSON body: what happened, when, and the key’s record. Never a secret.',
    answer:
      'Answer with any 2xx status within ten seconds. Anything else is tried again, at first after seconds, later every hour, for 24 hours. A message may come twice, with the same webhook-id; those of one key come in order.',
    event: 'Event',
    example: 'Body',
  },
  verify: {
    title: 'Verify the signature',
    hint: 'Put the signing secret into an environment variable named REPORISK_WEBHOOK_SECRET. The packages are those of Standard Webhooks.',
    javascript: 'JavaScript: npm install standardwebhooks',
    python: 'Python: pip install standardwebhooks',
  },
  secret: {
    createdTitle: (url: string) => `Your signing secret for ${url}`,
    lead: 'Copy it now: it will not be shown again. With it you tell our messages from anyone else’s.',
    rotatedLead:
      'Copy it now: it will not be shown again. For 24 hours messages carry both signatures, so you can replace the old secret without missing one.',
    fileName: 'reporisk-webhook.env',
  },
  planNote:
    'Adding and changing webhooks comes with Tier 3. You can look at what was sent, send it again, and remove webhooks.',
  columns: {
    endpoint: 'Endpoint',
    events: 'Events',
    status: 'Status',
    errors: 'Errors, last 24 hours',
    created: 'Added',
  },
  empty: {
    title: 'No webhooks yet',
    hint: 'Add the address of a service of yours, then send it a test event.',
  },
  active: 'Active',
  failing: 'Failing',
  disabled: 'Disabled',
  byOwner: 'Disabled by an admin.',
  all: 'All webhooks',
  gone: 'This webhook no longer exists.',
  id: 'Id',
  health: {
    lastSuccess: 'Last accepted',
    never: 'Never',
    lastDay: 'Errors, last 24 hours',
    nothing: 'Nothing was sent',
    rate: (failed: number, sent: number) =>
      `${percent.format(failed / sent)} (${number.format(failed)} of ${number.format(sent)})`,
  },
  edit: 'Edit',
  editTitle: 'Edit webhook',
  save: 'Save',
  rotate: 'Replace secret',
  rotateTitle: 'Replace the signing secret?',
  rotateLead:
    'For 24 hours messages carry the signatures of the old and the new secret. After that only the new one counts.',
  rotateAgain:
    'If you replaced it within the last 24 hours, the secret before that one stops at once.',
  rotating: 'Replacing…',
  rotatedTitle: (url: string) => `Your new signing secret for ${url}`,
  enable: 'Enable',
  disable: 'Disable',
  disableTitle: 'Disable this webhook?',
  disableLead:
    'Nothing is sent to it until you enable it again. Events until then are not sent later.',
  lost: (count: number, more: boolean) =>
    count === 0
      ? 'No event waits to be sent.'
      : `${more ? 'More than ' : ''}${waits(count)} to be sent, and will be given up. You can send them again once it is enabled.`,
  counting: 'Counting what waits…',
  test: {
    title: 'Test it',
    lead: 'Sends one signed event of the type webhook.test now. It counts for no figure here.',
    send: 'Send test event',
    sending: 'Sending…',
    accepted: (status: number | null) => `The test event was accepted: HTTP ${status}.`,
    refused: (error: string) => `The test event was not accepted: ${error}.`,
  },
  remove: 'Remove',
  removeTitle: 'Remove this webhook?',
  removeLead:
    'This cannot be undone. Nothing is sent to it any more, and the list of what was sent is gone too.',
  removeConfirm: 'Remove webhook',
  deliveries: {
    title: 'Deliveries',
    hint: 'What was sent and what waits, newest first.',
    filter: 'Status',
    any: 'Any status',
    statuses: { pending: 'Waiting', delivered: 'Delivered', failed: 'Failed' },
    columns: {
      event: 'Event',
      status: 'Status',
      answer: 'Last answer',
      attempts: 'Attempts',
      next: 'Next attempt',
      created: 'Happened',
      actions: 'Actions',
    },
    accepted: (status: number) => `HTTP ${status}`,
    noAnswer: '–',
    noStatus: 'No answer',
    request: 'Request',
    answer: 'Answer',
    emptyAnswer: 'The answer had no body.',
    noAttempts: 'Not sent yet.',
    soon: 'within a minute',
    count: (count: number) => number.format(count),
    detailsOf: (type: string, id: string) => `Details of ${type} ${id}`,
    duration: (milliseconds: number) => `${number.format(milliseconds)} ms`,
    redeliver: 'Redeliver',
    sendNow: 'Send now',
    of: (action: string, type: string, id: string) => `${action} ${type} ${id}`,
    redelivered: 'The event is on its way again.',
    empty: 'Nothing was sent yet. Send a test event, or wait for the next change of a key.',
    emptyFiltered: 'No entries match these filters.',
  },
  done: {
    saved: 'The webhook is saved.',
    enabled: 'The webhook is enabled.',
    disabled: 'The webhook is disabled.',
    removed: 'The webhook is removed.',
  },
};
