import { number } from './number.ts';
import { quoted } from './quoted.ts';

const keys = (count: number) => (count === 1 ? '1 key' : `${number.format(count)} keys`);
const what = (count: number, label: string) => (count === 1 ? quoted(label) : keys(count));
const them = (count: number) => (count === 1 ? 'it' : 'them');
const are = (count: number, label: string) =>
  count === 1 ? `${quoted(label)} is` : `${number.format(count)} keys are`;

export const bulk = {
  title: 'Actions on the selected keys',
  selected: (count: number) => `${keys(count)} selected`,
  selectAll: 'Select all on this page',
  clear: 'Clear selection',
  actions: {
    revoke: 'Revoke',
    disable: 'Disable',
    enable: 'Enable',
    take_over: 'Take over',
    hand_over: 'Hand over',
  },
  titles: {
    revoke: (count: number, label: string) => `Revoke ${what(count, label)}?`,
    disable: (count: number, label: string) => `Disable ${what(count, label)}?`,
    enable: (count: number, label: string) => `Enable ${what(count, label)}?`,
    take_over: (count: number, label: string) => `Take over ${what(count, label)}?`,
    hand_over: (count: number, label: string) => `Hand over ${what(count, label)}?`,
  },
  effects: {
    revoke: (count: number) =>
      `This cannot be undone. What uses ${them(count)} is refused from the next request on.`,
    disable: (count: number) =>
      `What uses ${them(count)} is refused from the next request on, until you enable ${them(count)} again.`,
    enable: (count: number) =>
      count === 1
        ? 'It works again from the next request on.'
        : 'They work again from the next request on.',
    take_over: (count: number) =>
      `You become the owner: ${count === 1 ? 'it' : 'they'} can do what you can, for as long as you can.`,
    hand_over: (count: number) =>
      count === 1
        ? 'A service account becomes the owner: the key keeps working when people leave.'
        : 'A service account becomes the owner: the keys keep working when people leave.',
  },
  inUse: (count: number, of: number, stops: boolean) => {
    const used = of === 1 ? 'It was' : `${number.format(count)} of ${number.format(of)} were`;
    return `${used} used in the last 7 days. ${stops ? 'This breaks:' : 'The secrets stay the same. Most used:'}`;
  },
  noneInUse: (of: number) =>
    of === 1 ? 'It was not used in the last 7 days.' : 'None was used in the last 7 days.',
  calls: (count: number) => (count === 1 ? '1 call' : `${number.format(count)} calls`),
  more: (count: number) => `and ${number.format(count)} more`,
  reason: 'Reason',
  optional: '(optional)',
  reasonHint: 'For the audit log, for example “left the company”.',
  account: 'Service account',
  choose: 'Choose one…',
  accountHint: 'Its role limits what the keys can do.',
  noAccounts: 'There is no active service account yet: create one under Service accounts.',
  done: {
    revoke: (count: number, label: string) => `${are(count, label)} revoked: refused from now on.`,
    disable: (count: number, label: string) =>
      `${are(count, label)} disabled: refused from now on.`,
    enable: (count: number, label: string) => `${are(count, label)} enabled.`,
    take_over: (count: number, label: string) => `${are(count, label)} now yours.`,
    hand_over: (count: number, label: string) => `${are(count, label)} handed over.`,
  },
  failedTitle: (count: number, of: number) =>
    `${number.format(count)} of ${keys(of)} could not be changed`,
  retry: (count: number) => `Retry ${keys(count)}`,
  close: 'Close',
};
