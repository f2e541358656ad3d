import { number } from './number.ts';
import { quoted } from './quoted.ts';

const them = (count: number) => (count === 1 ? 'it' : 'them');

export const affectedKeys = {
  count: (count: number, isMore: boolean) =>
    isMore
      ? `More than ${number.format(count)} keys`
      : count === 1
        ? '1 key'
        : `${number.format(count)} keys`,
  /** Keys that some of an action's keys have made, as it changes them, too. */
  follow: {
    revoke: (count: string, of: number) => `Made by ${them(of)}, and revoked too: ${count}.`,
    disable: (count: string, of: number) => `Made by ${them(of)}, and disabled too: ${count}.`,
    take_over: (count: string, of: number) => `Made by ${them(of)}, and yours too: ${count}.`,
    hand_over: (count: string, of: number) => `Made by ${them(of)}, and handed over too: ${count}.`,
  },
  of: (name: string) => `of ${quoted(name)}`,
  looking: 'Looking for its keys…',
  disabled: 'disabled',
  lastUsed: 'used',
  never: 'never used',
  more: (count: number, isMore: boolean) =>
    isMore ? `and more than ${number.format(count)} others` : `and ${number.format(count)} more`,
};
