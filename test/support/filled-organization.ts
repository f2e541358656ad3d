import type { Database } from '../../server/database/database.ts';
import { ApiKey } from '../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../server/database/entities/api-key-secret.ts';
import { KeyUse } from '../../server/database/entities/key-use.ts';
import { fillSearchTexts } from '../../server/database/key-search.ts';

const day = 86_400_000;

/**
 * Gives an organization keys of every state, made an hour apart; the last is the newest. Their
 * secrets are not known to anyone.
 *
 * @param orgId - of the demo, with the sub-orgs 1 and 2 when it is `org_demo_acme`.
 * @param now - Unix milliseconds.
 */
export async function fillOrganization(
  database: Database,
  count: number,
  now: number,
  orgId = 'org_demo_acme',
): Promise<void> {
  const common = {
    dialect: 'reporisk' as const,
    environment: 'live',
    createdBy: 'user_demo_parent_admin',
  };
  const keys = Array.from({ length: count }, (_, n) => {
    const createdAt = new Date(now - (count - n) * 3_600_000);
    return {
      ...{ ...common, environment: 'live' as const, orgId, createdAt, updatedAt: createdAt },
      id: `key_01J${String(n).padStart(23, '0')}`,
      label: `${n % 4 === 0 ? 'Nightly audit' : 'CI pipeline'} ${n}`,
      subOrgId: orgId === 'org_demo_acme' && n % 3 !== 0 ? n % 3 : null,
      disabled: n % 11 === 0,
      expiresAt:
        n % 2 === 0 ? new Date(now + (n % 200 === 0 ? -1 : 1) * (1 + (n % 365)) * day) : null,
      revokedAt: n % 7 === 0 ? new Date(now - day) : null,
    };
  });
  const secrets = keys.map(({ id, createdAt }, n) => ({
    ...{ keyId: id, scheme: 'none', seal: '', createdAt, retiresAt: null },
    ...{ prefix: 'rrk_live_', first4: 'Ab1c', last4: String(n).padStart(4, '0').slice(-4) },
    lookup: String(n).padStart(64, '0'),
  }));
  const uses = keys
    .filter((_, n) => n % 5 !== 0)
    .map(({ id }, n) => ({ keyId: id, lastUsedAt: new Date(now - (n % 1000) * 1_800_000) }));
  await database.transaction(async (em) => {
    for (const part of parts(keys)) await em.insertMany(ApiKey, part);
    for (const part of parts(secrets)) await em.insertMany(ApiKeySecret, part);
    for (const part of parts(uses)) await em.insertMany(KeyUse, part);
  });
  await fillSearchTexts(database);
  if (database.kind === 'postgresql') await database.read().execute('analyze');
}

/** A statement takes a limited number of parameters. */
function* parts<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += 1000) yield rows.slice(start, start + 1000);
}
