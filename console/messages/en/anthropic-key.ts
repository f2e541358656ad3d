import { number } from './number.ts';

const days = (count: number) => (count === 1 ? '1 day' : `${number.format(count)} days`);
const tokens = (count: number) => (count === 1 ? '1 token' : `${number.format(count)} tokens`);
const usd = /* @__PURE__ */ new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
});

export const anthropicKey = {
  title: 'Anthropic API key',
  lead: 'Scans ask Claude under your organization’s own key: Anthropic bills you, and you stay in control.',
  none: {
    title: 'No key yet',
    why: 'Scans of repositories and extensions need a key of your Anthropic account. Until one is set, live submissions are refused. Sandbox keys work without one.',
    steps: [
      'Sign in to the Anthropic Console and check that billing is enabled.',
      'Under API Keys, create a key for RepoRisk alone, named for example “RepoRisk Production”.',
      'Copy it at once, since Anthropic shows it only then, and paste it here.',
    ],
  },
  field: 'API key',
  newField: 'New API key',
  hint: 'It begins with sk-ant-api. We try it at Anthropic before we store it, encrypted.',
  needed: 'Paste a key.',
  save: 'Check and save',
  replace: 'Check and replace',
  saving: 'Asking Anthropic…',
  saved: 'Anthropic accepted the key. It is saved.',
  facts: {
    key: 'Key',
    setBy: 'Set by',
    setAt: 'Set',
    age: 'Age',
    lastCheck: 'Last check',
  },
  you: 'You',
  age: (count: number) => (count === 0 ? 'Less than a day' : days(count)),
  works: 'Works',
  failed: 'Failed',
  reminder: (count: number) =>
    `This key is ${days(count)} old. Replace it every 90 days: create a new one at Anthropic, save it here, then delete the old one there.`,
  check: 'Check now',
  checking: 'Checking…',
  checkedFine: 'Anthropic accepts the key.',
  checkedBad: 'The key does not work. The reason is beside it.',
  remove: 'Remove',
  removeTitle: 'Remove the Anthropic API key?',
  removeLead:
    'Running and queued scans fail, and live submissions are refused until another key is set. Reports stay. The key itself stays valid at Anthropic until you delete it there.',
  removeConfirm: 'Remove key',
  removed: 'The key is removed.',
  replaceTitle: 'Replace the key',
  replaceLead:
    'The old key stays until Anthropic has accepted the new one. Running scans go on under the new one.',
  retry: {
    title: 'Scans that failed for the key',
    lead: 'Once a key works again, they can all be done again, as new scans.',
    action: 'Retry failed scans',
    working: 'Queueing…',
    done: (count: number) => {
      if (count === 0) return 'No scan had failed for the key.';
      return count === 1
        ? '1 scan is queued again.'
        : `${number.format(count)} scans are queued again.`;
    },
  },
  guidance: {
    title: 'How to look after the key',
    parts: [
      {
        title: 'Replace it',
        points: [
          'every 90 days, as routine',
          'when someone who could read it leaves',
          'when you move to another Anthropic account',
          'at once, when it may have leaked',
        ],
      },
      {
        title: 'If it leaked',
        points: [
          'Delete it in the Anthropic Console first. Running and queued scans fail with that reason.',
          'Create a new key there and save it here.',
          'Press “Retry failed scans”.',
          'Watch the use on this page, and your bill at Anthropic, for 24 hours.',
        ],
      },
      {
        title: 'Do',
        points: [
          'give RepoRisk a key of its own, so that revoking it breaks nothing else',
          'keep separate keys for production and for tests',
          'write down where each key is used',
          'delete the old key at Anthropic once a scan has worked under the new one',
        ],
      },
      {
        title: 'Do not',
        points: [
          'send keys by chat, e-mail or in documents',
          'commit a key to a repository',
          'use the same key in several services',
          'delete the old key before the new one is saved here',
        ],
      },
    ],
  },
};

export const tokenUse = {
  title: 'Use of the last 30 days',
  none: 'No scan has used the key in the last 30 days.',
  summary: (input: number, output: number, cost: number | null) =>
    `${tokens(input)} in, ${number.format(output)} out${
      cost === null ? '' : `, about ${usd.format(cost)}`
    }.`,
  unusual: (count: number) =>
    `${days(count)} with more than three times the usual use. If you cannot explain it, replace the key.`,
  picture: (summary: string) => `${summary} Tokens by day: in above the line, out below it.`,
  span: (day: string, input: number, output: number, isUnusual: boolean) =>
    `${day}: ${tokens(input)} in, ${number.format(output)} out${isUnusual ? ', unusual' : ''}`,
  input: 'Tokens in',
  output: 'Tokens out',
  cost: 'Estimated cost',
  day: 'Day (UTC)',
  isUnusual: 'Unusual',
  unknownCost: 'unknown',
  usd: (cost: number) => usd.format(cost),
  count: (count: number) => number.format(count),
  asTable: 'As a table',
  caption: 'Tokens and estimated cost by day, newest first',
  note: 'Estimated by Anthropic’s list prices. Your bill at Anthropic decides.',
};
