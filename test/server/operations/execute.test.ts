import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createVerifier, nobleHashing } from '../../../core/mod.ts';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { applyOrganizationDeleted } from '../../../server/clerk/apply-organization.ts';
import { presentMembership } from '../../../server/clerk/membership.ts';
import type { Access, Caller } from '../../../server/operations/access.ts';
import { dataPlane, parentOrgAdmin } from '../../../server/operations/access.ts';
import { execute } from '../../../server/operations/execute.ts';
import { defineOperation, type Operation } from '../../../server/operations/operation.ts';
import { issueKey } from '../../support/issued-keys.ts';
import { testKeyring } from '../../support/keyring.ts';
import {
  databaseKinds,
  type RunningServer,
  startServerOn,
  testScheme,
} from '../../support/server.ts';

const acme = 'org_demo_acme';
const mobile = 'org_demo_acme_mobile';
const submit = dataPlane('repos:analyze', 'submit');

async function session({ database }: RunningServer, organizationId: string): Promise<Caller> {
  const at = new Date();
  const of = { userId: 'user_ada', sessionId: 's', organizationId, role: 'admin' } as const;
  const verified = { ...of, impersonatedBy: null, issuedAt: at, expiresAt: at };
  const membership = await presentMembership(database, verified);
  return { kind: 'session', session: verified, membership };
}

async function key(server: RunningServer): Promise<Caller> {
  const { raw } = await issueKey(server);
  const hashing = nobleHashing;
  const parts = { store: server.database.keys, schemes: [testScheme], hashing, now: Date.now };
  return {
    kind: 'key',
    outcome: await createVerifier(parts).verify(raw, { dialects: ['reporisk'] }),
  };
}

type CallerOf = (server: RunningServer) => Promise<Caller>;

/** The caller, its organization, and the rows that a mutation must lock. */
const callers: [string, CallerOf, Access, string[]][] = [
  ['an admin', (server) => session(server, acme), parentOrgAdmin(), [acme]],
  ['a member of a linked sub-org', (server) => session(server, mobile), submit, [acme]],
  ['a key', key, submit, [acme]],
];

/** A mutation with a test's action between its two authorizations, or after the second. */
function mutation(
  access: Access,
  does: Pick<Operation, 'hold'> & { prepare?: () => Promise<void>; run?: () => Promise<void> },
) {
  const { prepare = async () => {}, run = async () => {}, ...rest } = does;
  return defineOperation({
    ...{ name: 'test.mutation', summary: '', kind: 'mutation', access, ...rest },
    input: z.object({}),
    output: z.null(),
    prepare,
    async run() {
      await run();
      return null;
    },
  });
}

const origin = { requestId: null, ipAddress: null };

describe.each(databaseKinds)('on %s', (kind) => {
  test.each(callers)('execute() of %s judges again after a deletion', async (_, of, access) => {
    await using server = await startServerOn(kind);
    const { database, services } = server;
    const caller = await of(server);
    const context = { now: new Date(), rowMacs: database.rowMacs };
    let runs = 0;
    const operation = mutation(access, {
      async prepare() {
        await database.transaction((em) => applyOrganizationDeleted(em, { id: acme }, context));
      },
      run: async () => void runs++,
    });
    const performed = execute(operation, services, { caller, origin }, () => ({}));
    await expect(performed).rejects.toMatchObject({ status: caller.kind === 'key' ? 401 : 403 });
    expect(runs).toBe(0);
  });
});

test.each(callers)(
  'execute() of %s holds the organization until its end',
  async (_, of, access, held) => {
    await using server = await startServerOn('postgresql');
    await using other = await openAuditedDatabase(server.databaseUrl, { keyring: testKeyring });
    const caller = await of(server);
    const lock = async (id: string, strength: string) => {
      const sql = `select from organization where id = ? for ${strength} nowait`;
      return other.read().execute(sql, [id]);
    };
    for (const hold of ['shared', 'exclusive'] as const) {
      const operation = mutation(access, {
        hold,
        async run() {
          for (const id of held) {
            await expect(lock(id, 'update')).rejects.toMatchObject({ code: '55P03' });
            const beside = lock(id, 'key share');
            if (hold === 'shared') await beside;
            else await expect(beside).rejects.toMatchObject({ code: '55P03' });
          }
        },
      });
      await execute(operation, server.services, { caller, origin }, () => ({}));
      for (const id of held) await lock(id, 'update');
    }
  },
);
