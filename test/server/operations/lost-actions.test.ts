import { expect, test } from 'vitest';
import { systemActions } from '../../../server/audit/record-event.ts';
import { AuditEvent } from '../../../server/database/entities/audit-event.ts';
import { reappliedActions } from '../../../server/operations/restore/reapply.ts';
import { staysLost } from '../../../server/operations/restore/stays-lost.ts';
import { onBothDatabases } from '../../support/server.ts';
import { definedOperations } from './defined-operations.ts';
import { record, startRestored } from './restored.ts';

test('each action of the audit log is done once more after a restore, or the operator is told what to do', async () => {
  const mutations = (await definedOperations()).filter(({ kind }) => kind === 'mutation');
  const actions = new Set([...mutations.map(({ name }) => name), ...systemActions]);
  const classified = [...reappliedActions, ...Object.keys(staysLost)];
  expect(classified.sort()).toEqual([...actions].sort());
});

onBothDatabases((kind) => {
  test('nothing that a journal tells of is passed over in silence, whatever its rows lack', async () => {
    await using it = await startRestored(kind);
    const early = await it.backup();
    const actions = [...reappliedActions, ...Object.keys(staysLost), 'keys.ofAnotherVersion'];
    const unknown = { orgId: 'org_unknown', target: 'unknown', changes: null };
    for (const action of actions) await record(it, { ...unknown, action });
    const journal = await it.journal();
    await early.restore();
    const { lost } = await it.accept(journal);
    for (const { advice } of lost) expect(advice).toMatch(/\w/);
    const done = await it.database.read().find(AuditEvent, { action: 'restore.accept' });
    const told = [
      ...lost.map(({ action }) => action),
      ...done.flatMap(({ changes }) => changes?.action ?? []),
    ];
    // An unknown organization has no key that is still to be revoked.
    expect(told.sort()).toEqual(actions.filter((each) => each !== 'apiKeys.revokeAll').sort());
  });
});
