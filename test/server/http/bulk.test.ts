import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { WebhookDelivery } from '../../../server/database/entities/webhook-delivery.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { insertKeys } from '../../support/many-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';

const as = 'parent-admin';
const many = process.env.LONG_TESTS ? 5_000 : 1_500;

/** The numbers of revoked keys that another process saw, at each poll until `over` settled. */
async function seenMeanwhile(url: string, over: Promise<unknown>): Promise<Set<number>> {
  await using other = await openAuditedDatabase(url);
  const seen = new Set<number>();
  let isOver = false;
  over.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    seen.add(await other.read().count(ApiKey, { revokedAt: { $ne: null } }));
    // SQLite answers without giving the request a turn.
    await setImmediate();
  }
  return seen;
}

onBothDatabases((kind) => {
  test.each(['archive', 'revoke-all'] as const)(
    `%s of ${many} keys is one transaction, and none is verified after it`,
    async (verb) => {
      await using server = await startServerOn(kind, { coherent: true });
      const { mobile } = await demoIds(server);
      const raws = await insertKeys(server, many, verb === 'revoke-all' ? null : mobile);
      const other = verb === 'revoke-all' ? null : await issueKey(server);
      await server.fetch('/api/v1/settings/webhooks', {
        as,
        json: { url: 'https://hooks.example/keys', events: ['api_key.revoked'] },
      });
      await server.propagated();
      // Keys that the cache holds, beside many that it does not.
      const used = raws.filter((_, index) => index % 50 === 0);
      const statuses = async () => {
        const all = await Promise.all(used.map((raw) => server.fetch('/api/v1/key', { as: raw })));
        return new Set(all.map(({ status }) => status));
      };
      expect(await statuses()).toEqual(new Set([200]));

      const settings = '/api/v1/settings';
      const calls = {
        archive: { path: `${settings}/sub-orgs/${mobile}/archive`, method: 'POST' },
        'revoke-all': { path: `${settings}/api-keys/revoke-all`, json: { confirm: many } },
      };
      const { path, ...call } = calls[verb];
      const sent = server.fetch(path, { as, ...call });
      const seen = await seenMeanwhile(server.databaseUrl, sent);
      expect(await answer(sent)).toMatchObject({ status: 200 });

      expect(await statuses()).toEqual(new Set([401]));
      expect([...seen].filter((number) => number !== 0 && number !== many)).toEqual([]);
      const em = server.database.read();
      expect(await em.count(ApiKey, { revokedAt: { $ne: null } })).toBe(many);
      expect(await em.count(WebhookDelivery, { type: 'api_key.revoked' })).toBe(many);
      if (other !== null) {
        expect((await server.fetch('/api/v1/key', { as: other.raw })).status).toBe(200);
      }
    },
  );
});
