import { pruneCalls } from '../operations/usage/prune.ts';
import { prunedSoFar } from '../usage/prune.ts';
import { type Command, UsageError } from './command.ts';

const prune: Command = {
  name: 'usage prune',
  usage: '[--days N]',
  summary: 'Forget calls and hourly counts that are older than 90 days, or N',
  options: ['days'],
  async run(context, given) {
    const days = given.option('days');
    if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days)) throw new UsageError('N is a number');
    const input = days === undefined ? {} : { days: Number(days) };
    const { jobId } = await context.execute(pruneCalls, null, input);
    const [job] = await context.finish([jobId]);
    const pruned = prunedSoFar(job?.result);
    const months = pruned.months === 0 ? '' : `${pruned.months} whole months, `;
    return { json: pruned, text: `Forgot ${months}${pruned.calls} calls, ${pruned.hours} hours` };
  },
};

export const usageCommands: readonly Command[] = [prune];
