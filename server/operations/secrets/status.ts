import { z } from 'zod';
import { prefixOf } from '../../crypto/encryption.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { workingSecrets } from '../../database/left-secrets.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

const counts = z.object({ current: z.int(), previous: z.int(), neither: z.int() });
type Counts = z.infer<typeof counts>;
const state = z.enum(['current', 'previous']);

/** Keys that the answer names, of those that still need the previous secret. */
const maxNamed = 100;

/**
 * Counts the rows under each secret while `SERVER_SECRET` is being changed: `current` under
 * `SERVER_SECRET`, `previous` under `SERVER_SECRET_PREVIOUS`.
 */
export const secretStatus = defineOperation({
  name: 'secrets.status',
  summary: 'How many secrets a change of SERVER_SECRET has moved',
  kind: 'query',
  access: operatorOnly(),
  input: z.strictObject({}),
  output: counts.extend({
    /** The one of the two that everything new is stored under. */
    inUse: state,
    webhooks: counts,
    anthropicKeys: counts,
    /** Links of sub-orgs, roles of service accounts, waiting jobs and imports, deliveries, answers. */
    rows: counts,
    /** The secret that the end of the audit log is written under. */
    auditLog: state,
    /** The first of the keys that still need the previous secret. */
    keys: z.array(z.object({ id: z.string(), org: z.string(), label: z.string() })),
  }),
  async run({ em, services, now }) {
    const { keyring, database } = services;
    const [newest, previous] = keyring.accepted;
    const inUse: z.infer<typeof state> =
      keyring.current().name === newest?.name ? 'current' : 'previous';
    const endsUnderAnother = await database.auditLog.endsUnderAnother(em);
    const names: Names = [newest?.name ?? '', previous?.name];
    const prefixes: Names = [
      newest === undefined ? '' : prefixOf(newest.credential),
      previous === undefined ? undefined : prefixOf(previous.credential),
    ];
    const [secrets, webhooks, anthropicKeys, rows, keys] = [
      await em.execute<Row[]>(
        `select s.scheme as under, count(*) as count ${workingSecrets} group by s.scheme`,
        [now, now],
      ),
      await webhookSecrets(em),
      await anthropicSecrets(em),
      await rowMacs(em),
      previous === undefined
        ? []
        : await em.execute<{ id: string; org: string; label: string }[]>(
            `select distinct k.id, k.org_id as org, k.label ${workingSecrets} and s.scheme = ?
             order by k.id limit ${maxNamed}`,
            [now, now, previous.name],
          ),
    ];
    return {
      ...countsOf(secrets, names),
      inUse,
      webhooks: countsOf(webhooks, prefixes),
      anthropicKeys: countsOf(anthropicKeys, prefixes),
      rows: countsOf(rows, names),
      auditLog: endsUnderAnother ? (inUse === 'current' ? 'previous' : 'current') : inUse,
      keys,
    };
  },
});

/** The length of a prefix from `prefixOf`. */
const sealedPrefixLength = prefixOf(new Uint8Array(32)).length;

function webhookSecrets(em: EntityManager): Promise<Row[]> {
  return em.execute<Row[]>(
    `select substr(sealed, 1, ?) as under, count(*) as count
     from (
       select secret as sealed from webhook
       union all
       select previous_secret from webhook where previous_secret is not null
     ) as signing
     group by under`,
    [sealedPrefixLength],
  );
}

function anthropicSecrets(em: EntityManager): Promise<Row[]> {
  return em.execute<Row[]>(
    'select substr(secret, 1, ?) as under, count(*) as count from anthropic_key group by under',
    [sealedPrefixLength],
  );
}

/** A MAC begins with the name of its secret, 8 characters. */
function rowMacs(em: EntityManager): Promise<Row[]> {
  return em.execute<Row[]>(
    `select substr(mac, 1, 8) as under, count(*) as count
     from (
       select role_mac as mac from service_account
       union all
       select link_mac from sub_org where link_mac is not null
       union all
       select mac from job where completed_at is null
       union all
       select mac from key_import
       union all
       select mac from idempotent_answer
       union all
       select mac from webhook_delivery
     ) as macs
     group by under`,
  );
}

/** The number of values under one secret. */
interface Row {
  readonly under: string | null;
  readonly count: number | string;
}

/**
 * Prefixes: rows under the current secret begin with the first, under the previous with the second.
 */
type Names = readonly [current: string, previous: string | undefined];

function countsOf(rows: readonly Row[], [current, previous]: Names): Counts {
  const sum = { current: 0, previous: 0, neither: 0 };
  for (const { under, count } of rows) {
    const state = under === current ? 'current' : under === previous ? 'previous' : 'neither';
    sum[state] += Number(count);
  }
  return sum;
}
