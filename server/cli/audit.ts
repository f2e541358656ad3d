import { formatJournalLine } from '../audit/journal.ts';
import { rowsUpTo } from '../audit/rows.ts';
import { verifyAuditLog } from '../operations/audit-log/verify.ts';
import { printableJson } from '../wire/names.ts';
import type { Command } from './command.ts';

const verify: Command = {
  name: 'audit verify',
  usage: '[--head SEQ:MAC]',
  summary: 'Find a row of the audit log that was altered, inserted, removed or cut off',
  options: ['head'],
  async run(context, given) {
    const head = given.option('head');
    const input = head === undefined ? {} : { head };
    const { events, fault, ...found } = await context.execute(verifyAuditLog, null, input);
    if (fault !== null) throw new Error(`The audit log was ${fault.kind}: ${fault.detail}`);
    const text = `The audit log is as it was written: ${events} rows\nhead ${found.head}`;
    return { json: { events, head: found.head }, text };
  },
};

const exportLog: Command = {
  name: 'audit export',
  usage: '',
  summary: 'Print the whole audit log, one JSON object per line, each with its chain value',
  async run(context) {
    const { services } = await context.installation();
    for await (const row of rowsUpTo(services.database.read(), Number.MAX_SAFE_INTEGER)) {
      await context.print(printableJson(formatJournalLine(row)));
    }
    return { json: null, text: '' };
  },
};

export const auditCommands: readonly Command[] = [verify, exportLog];
