export const affectedKeys = {
  count: (count: number, isMore: boolean) =>
    isMore ? `More than ${count} keys` : count === 1 ? '1 key' : `${count} keys`,
  looking: 'Looking for its keys…',
  disabled: 'disabled',
  lastUsed: 'used',
  never: 'never used',
  more: (count: number, isMore: boolean) =>
    isMore ? `and more than ${count} others` : `and ${count} more`,
};
