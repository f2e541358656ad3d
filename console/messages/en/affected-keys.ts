import { number } from './number.ts';
import { quoted } from './quoted.ts';

export const affectedKeys = {
  count: (count: number, isMore: boolean) =>
    isMore
      ? `More than ${number.format(count)} keys`
      : count === 1
        ? '1 key'
        : `${number.format(count)} keys`,
  of: (name: string) => `of ${quoted(name)}`,
  looking: 'Looking for its keys…',
  disabled: 'disabled',
  lastUsed: 'used',
  never: 'never used',
  more: (count: number, isMore: boolean) =>
    isMore ? `and more than ${number.format(count)} others` : `and ${number.format(count)} more`,
};
