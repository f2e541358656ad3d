import { number } from './number.ts';

export const shortTimes = {
  now: 'now',
  units: {
    year: (count: number) => `${number.format(count)} y`,
    month: (count: number) => `${number.format(count)} mo`,
    day: (count: number) => `${number.format(count)} d`,
    hour: (count: number) => `${number.format(count)} h`,
    minute: (count: number) => `${number.format(count)} min`,
  },
  exact: (relative: string, exact: string) => `${relative}, ${exact}`,
  local: (time: string) => `${time} your time`,
};
