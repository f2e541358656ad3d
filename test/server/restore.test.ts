import { writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { createKeyring } from '../../server/crypto/keyring.ts';
import { openDatabase } from '../../server/database/database.ts';
import { applyOrganizationDeleted } from '../../server/sessions/apply-organization.ts';
import { backup } from '../support/backup.ts';
import { issueKey, revokeKey } from '../support/issued-keys.ts';
import { onBothDatabases } from '../support/server.ts';
import { restorable, serverSecret } from './restorable.ts';

const keyring = createKeyring(serverSecret, null);
const first = '/api/v1/settings/session';
const refusal = { detail: 'The database was restored. Run "cli restore" first.' };

const eventually = { timeout: 30_000, interval: 20 };

vi.setConfig({ testTimeout: 120_000 });

onBothDatabases((kind) => {
  test('a restored database is noticed by every running process, and stays theirs once it is accepted', async () => {
    await using where = await restorable(kind);
    const [one, other] = [await where.start(), await where.start()];
    const [revoked, kept, ofSubOrg] = [
      await issueKey(one),
      await issueKey(one),
      await issueKey(one, { sub_org_id: 1 }),
    ];
    for (const { status } of [one, other]) expect(await status(kept.raw)).toBe(200);
    const before = await backup(where.url);
    await revokeKey(one, revoked.id);
    expect((await one.fetch('/api/v1/settings/sub-orgs/1', { method: 'DELETE' })).status).toBe(204);
    await one.fetch('/api/v1/settings/sub-orgs', { json: { name: 'Lost' } });
    const [seen, journal] = [await where.head(), await where.journal()];
    await before.restore();

    for (const process of [one, other]) {
      await expect.poll(process.readiness, eventually).toEqual({
        ...{ status: 'ready', restored: true },
      });
      const refused = await process.fetch(first);
      expect([refused.status, await refused.json()]).toEqual([503, refusal]);
      // What the database holds decides: verification goes on, and no cache answers.
      for (const { raw } of [revoked, kept, ofSubOrg]) expect(await process.status(raw)).toBe(200);
      expect(process.log.join()).toContain(`"foundHead":"${await where.head()}"`);
    }
    expect(one.log.join()).toContain(`"seenHead":"${seen}"`);
    // One that was started afterwards has no memory, until the operator has said so.
    const late = await where.start();
    expect(await late.readiness()).toEqual({ status: 'ready' });
    expect(await where.cli('restore')).toMatchObject({ code: 0 });
    await expect.poll(late.readiness, eventually).toMatchObject({ restored: true });
    expect(await where.cli('keys', 'revoke', kept.id)).toMatchObject({
      ...{ code: 1, complaint: refusal.detail },
    });

    const accepted = await where.cli('restore', '--accept', '--journal', journal, '--json');
    expect(accepted.code === 0 && JSON.parse(accepted.output)).toMatchObject({
      ...{ accepted: true, revoked_keys: 2, lost: [{ action: 'subOrgs.create' }] },
    });
    for (const process of [one, other, late]) {
      for (const { raw } of [revoked, ofSubOrg]) expect(await process.status(raw)).toBe(401);
      await expect.poll(process.readiness, eventually).toEqual({ status: 'ready' });
      expect((await process.fetch(first)).status).toBe(200);
      expect(await process.status(kept.raw)).toBe(200);
    }
    await revokeKey(late, kept.id);
    for (const { status } of [one, other, late]) expect(await status(kept.raw)).toBe(401);
    expect((await where.cli('audit', 'verify')).code).toBe(0);
  });

  test('what an accepted restore revoked once more, a second restore does not give back', async () => {
    await using where = await restorable(kind);
    const one = await where.start();
    const [key, ahead] = [await issueKey(one), await issueKey(one)];
    // Made by a process whose clock is ahead of the one that revokes.
    await using database = await openDatabase(where.url);
    await database.transaction((em) =>
      em.execute('update api_key set created_at = ? where id = ?', [
        ...[new Date(Date.now() + 3_600_000), ahead.id],
      ]),
    );
    const early = await backup(where.url);
    await revokeKey(one, key.id);
    const all = await one.fetch('/api/v1/settings/api-keys/revoke-all', { json: { confirm: 1 } });
    expect(all.status).toBe(200);
    const first = await where.journal();
    await early.restore();
    expect(await where.cli('restore', '--accept', '--journal', first)).toMatchObject({ code: 0 });
    for (const { raw } of [key, ahead]) expect(await one.status(raw)).toBe(401);
    const second = await where.journal();
    await early.restore();
    const again = await where.cli('restore', '--accept', '--journal', second, '--json');
    expect(again).toMatchObject({ code: 0 });
    for (const { raw } of [key, ahead]) expect(await one.status(raw)).toBe(401);
    await expect.poll(one.readiness, eventually).toEqual({ status: 'ready' });
    const made = await issueKey(one);
    expect(await one.status(made.raw)).toBe(200);
  });

  test('an organization that Clerk deleted stays deleted after a restore', async () => {
    await using where = await restorable(kind);
    const one = await where.start();
    const key = await issueKey(one);
    const early = await backup(where.url);
    {
      await using database = await openDatabase(where.url, { keyring });
      const { rowMacs } = database;
      await database.transaction((em) =>
        applyOrganizationDeleted(em, { id: 'org_demo_acme' }, { now: new Date(), rowMacs }),
      );
    }
    await expect.poll(() => one.status(key.raw), eventually).toBe(401);
    const journal = await where.journal();
    await early.restore();
    const accepted = await where.cli('restore', '--accept', '--journal', journal, '--json');
    expect(accepted.code === 0 && JSON.parse(accepted.output)).toMatchObject({
      ...{ revoked_keys: 1, lost: [] },
    });
    expect(await one.status(key.raw)).toBe(401);
  });

  test('accepting opens management again although the same restore was seen before', async () => {
    await using where = await restorable(kind);
    const one = await where.start();
    expect(await where.cli('restore')).toMatchObject({ code: 0 });
    await expect.poll(one.readiness, eventually).toMatchObject({ restored: true });
    await using database = await openDatabase(where.url);
    const [pending] = await database
      .read()
      .execute<{ id: string }[]>('select id from restoration where not accepted');
    expect(await where.cli('restore', '--accept')).toMatchObject({ code: 0 });
    await expect.poll(one.readiness, eventually).toEqual({ status: 'ready' });
    // A copy that was taken while it was pending.
    await database
      .read()
      .execute('insert into restoration (id, accepted) values (?, ?)', [pending?.id, false]);
    await expect.poll(one.readiness, eventually).toMatchObject({ restored: true });
    const accepted = await where.cli('restore', '--accept', '--json');
    expect(accepted.code === 0 && JSON.parse(accepted.output).new_head).toBe(await where.head());
    await expect.poll(one.readiness, eventually).toEqual({ status: 'ready' });
  });

  test('a process whose row was deleted joins again, and takes nothing for restored', async () => {
    await using where = await restorable(kind);
    const server = await where.start();
    const { id, raw } = await issueKey(server);
    expect(await server.status(raw)).toBe(200);
    await using database = await openDatabase(where.url);
    await database.transaction((em) => em.execute('delete from holder'));
    const rows = () => database.read().execute('select 1 from holder');
    await expect.poll(rows, eventually).toHaveLength(1);
    await database.transaction((em) => em.execute("update holder set mark = 'another'"));
    const foreign = () => database.read().execute("select 1 from holder where mark = 'another'");
    await expect.poll(foreign, eventually).toHaveLength(0);
    expect(await server.readiness()).toEqual({ status: 'ready' });
    await revokeKey(server, id);
    expect(await server.status(raw)).toBe(401);
  });

  test('a hand-typed statement that takes history away is noticed as a restore', async () => {
    await using where = await restorable(kind);
    const server = await where.start();
    const { raw } = await issueKey(server);
    await using database = await openDatabase(where.url);
    await database.transaction((em) => em.execute('update epoch set n = n - 2'));
    await expect.poll(server.readiness, eventually).toMatchObject({ restored: true });
    expect(await where.cli('restore', '--accept')).toMatchObject({ code: 0 });
    await expect.poll(server.readiness, eventually).toEqual({ status: 'ready' });
    expect(await server.status(raw)).toBe(200);
  });

  test('a server starts only on a database that holds the head which the operator expects', async () => {
    await using where = await restorable(kind);
    const server = await where.start();
    const before = await backup(where.url);
    const { raw } = await issueKey(server);
    const head = await where.head();
    const same = await where.start(head);
    expect(await same.status(raw)).toBe(200);
    await before.restore();
    const [seq] = head.split(':');
    await expect(where.start(head)).rejects.toThrow(
      new RegExp(`^The database is not the one of --expect-head: .* does not hold row ${seq} `),
    );
    await expect(where.start('nonsense')).rejects.toThrow(/^--expect-head is "nonsense": it takes/);
  });

  test('a journal is taken only if it follows what the database still holds', async () => {
    await using where = await restorable(kind);
    const server = await where.start();
    const before = await backup(where.url);
    const { id } = await issueKey(server);
    await revokeKey(server, id);
    const { lines } = await where.cli('audit', 'export');
    await before.restore();
    const journal = await where.journal();
    const accept = async (...of: readonly string[]) => {
      await writeFile(journal, of.join('\n'));
      const ended = await where.cli('restore', '--accept', '--journal', journal);
      return ended.code === 0 ? ended.output : ended.complaint;
    };
    const [last = ''] = lines.slice(-1);
    const complaint = 'The journal cannot be used: ';
    expect(await accept('')).toMatch(
      /^The journal cannot be used: it holds no row: take an export/,
    );
    expect(await accept('nonsense')).toBe(`${complaint}line 1 is no row of an audit export`);
    expect(await accept(last)).toMatch(/^The journal cannot be used: row \d+ is missing/);
    expect(await accept(...lines.slice(0, -1), last.replace(id, 'key_other'))).toMatch(
      /^The journal cannot be used: its last row does not follow/,
    );
    expect(await accept(...lines)).toMatch(/^The restore is accepted/);
  });
});
