import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../../server/audit/audited-database.ts';
import type { Report } from '../../../../server/database/leases/ports.ts';
import { onEachDatabase } from '../../../support/databases.ts';

/** The promises of both databases' ports to the protocol, which has its own tests. */
onEachDatabase((place) => {
  async function opened() {
    await using resources = new AsyncDisposableStack();
    const where = resources.use(await place());
    const database = resources.use(await openAuditedDatabase(where.url));
    const port = resources.use(database.leases().port);
    const all = resources.move();
    const change = (set: string) =>
      database.transaction((em) => em.execute(`update organization set ${set}`));
    await database.transaction((em) =>
      em.execute(
        `insert into organization (id, name, tier, as_of, created_at, updated_at)
         values ('org', 'Org', 3, ?, ?, ?)`,
        [new Date(), new Date(), new Date()],
      ),
    );
    return { database, port, change, [Symbol.asyncDispose]: () => all.disposeAsync() };
  }

  const report = (applied: number, marks: readonly string[], mark: string): Report => ({
    ...{ applied, marks, mark, heads: [] },
  });

  test('a report is compared with the mark in the row, writes its own, and brings what came after', async () => {
    await using where = await opened();
    const { port, change } = where;
    const { epoch } = await port.join('holder', 'm0', []);
    await change('tier = 1');
    for (const tell of [port.renew, port.acknowledge]) {
      const told = await tell('holder', report(epoch, ['other', 'm1'], 'm2'));
      expect(told.mine).toBeNull();
    }
    expect((await port.behind(null)).holders).toEqual([{ id: 'holder', mark: 'm0' }]);

    const news = await port.acknowledge('holder', report(epoch, ['other', 'm0'], 'm1'));
    expect(news.mine).toEqual({ mark: 'm1', subjects: ['organization/org'] });
    expect(news.history.epoch).toBe(epoch + 1);
    const said = await port.renew('holder', report(epoch + 1, ['m0', 'm1'], 'm2'));
    expect(said.mine).toEqual({ mark: 'm2', subjects: [] });
    expect((await port.behind(null)).holders).toEqual([]);
  });

  test('a report brings everything where an invalidation was deleted, or the epoch was counted by hand', async () => {
    await using where = await opened();
    const { port, change, database } = where;
    const { epoch } = await port.join('holder', 'm0', []);
    await change('tier = 1');
    await database.transaction((em) => em.execute('delete from invalidation'));
    const deleted = await port.acknowledge('holder', report(epoch, ['m0'], 'm1'));
    expect(deleted.mine?.subjects).toBe('everything');
    const { history } = deleted;
    await change('tier = 2');
    await database.transaction((em) => em.execute('update epoch set n = n + 1'));
    const counted = await port.renew('holder', report(history.epoch, ['m1'], 'm2'));
    expect(counted.mine?.subjects).toBe('everything');
  });

  test('a holder is presumed dead only under the mark that was seen', async () => {
    await using where = await opened();
    const { port, change } = where;
    const { epoch } = await port.join('holder', 'm0', []);
    await change('tier = 1');
    const seen = (await port.behind(null)).holders;
    await port.renew('holder', report(epoch, ['m0'], 'm1'));
    await port.evict(seen);
    const { holders } = await port.behind(null);
    expect(holders).toEqual([{ id: 'holder', mark: 'm1' }]);
    await port.evict(holders);
    const told = await port.renew('holder', report(epoch, ['m1'], 'm2'));
    expect(told.mine).toBeNull();
  });

  test('each answer says where the audit log ends and whether it holds what was seen', async () => {
    await using where = await opened();
    const { port, database } = where;
    const event = { orgId: null, at: new Date(), actor: 'operator', action: 'test', target: null };
    const rest = { changes: null, ipAddress: null, requestId: null };
    const heads: { seq: number; mac: string }[] = [];
    for (const id of ['evt_1', 'evt_2']) {
      await database.transaction(async (em) => {
        heads.push(await database.auditLog.append(em, [{ id, ...event, ...rest }]));
      });
    }
    const [first, last] = heads.map(({ seq, mac }) => ({ seq, mac }));
    if (first === undefined || last === undefined) throw new Error('no heads');
    const joined = await port.join('holder', 'm0', [{ seq: 0, mac: '' }, first]);
    expect(joined).toMatchObject({ head: last, holdsHeads: true, restorations: [] });
    const { applied } = { applied: joined.epoch };
    for (const [asked, holdsHeads] of [
      [[first, last], true],
      [[{ ...first, mac: last.mac }], false],
      [[last, { seq: 3, mac: last.mac }], false],
    ] as const) {
      const told = { ...report(applied, ['m0', 'm1'], 'm1'), heads: asked };
      expect((await port.renew('holder', told)).history.holdsHeads).toBe(holdsHeads);
    }
    await database.transaction((em) =>
      em.execute("insert into restoration (id, accepted) values ('r1', ?), ('r2', ?)", [
        false,
        true,
      ]),
    );
    const { history } = await port.renew('holder', report(applied, ['m0', 'm1'], 'm1'));
    expect(history.restorations).toHaveLength(2);
    expect(history.restorations).toContainEqual({ id: 'r1', accepted: false });
    expect(history.restorations).toContainEqual({ id: 'r2', accepted: true });
  });
});
