import type { RowKind } from '../../crypto/row-macs.ts';
import type { Database } from '../../database/database.ts';
import { IdempotentAnswer } from '../../database/entities/idempotent-answer.ts';
import { Job } from '../../database/entities/job.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { Webhook } from '../../database/entities/webhook.ts';
import { WebhookDelivery } from '../../database/entities/webhook-delivery.ts';
import { jobFields } from '../../queue/queue-job.ts';
import { deliveryFields } from '../../webhooks/delivery-row.ts';
import { answerFields } from '../answer-once.ts';
import type { Services } from '../operation.ts';
import { moveAnthropicKeys } from './move-anthropic-keys.ts';

type MoveServices = Pick<Services, 'database' | 'keyring' | 'encryption'> & {
  readonly logger: Pick<Services['logger'], 'error'>;
};

/** The rows moved to the secret in use, and the unreadable ones. */
export interface Moved {
  readonly webhooks: number;
  readonly anthropicKeys: number;
  readonly rows: number;
  /** Values that no known secret reads: they stay as they are. */
  readonly unreadable: number;
  /** The first of the webhooks whose signing secret cannot be read; each needs a new one. */
  readonly unreadableWebhooks: readonly string[];
  /** The first of the organizations whose Anthropic key cannot be read; each needs to set it again. */
  readonly unreadableAnthropicKeys: readonly string[];
}

/** Rows in one transaction: SQLite has one writer at a time. */
const batchSize = 200;

/** Webhooks that the result names, at most. */
const maxNamed = 100;

/**
 * Moves rows stored under another secret to the one in use: signing secrets of webhooks,
 * Anthropic keys, and the MACs of rows. Secrets of API keys move when they are used, because only then is their digest
 * known.
 */
export async function moveRows(services: MoveServices): Promise<Moved> {
  const webhooks = await moveWebhooks(services);
  const keys = await moveAnthropicKeys(services);
  const rows = await moveMacs(services);
  return {
    webhooks: webhooks.moved,
    anthropicKeys: keys.moved,
    rows: rows.moved,
    unreadable: webhooks.unreadable.length + keys.unreadable.length + rows.unreadable,
    unreadableWebhooks: webhooks.unreadable.slice(0, maxNamed),
    unreadableAnthropicKeys: keys.unreadable.slice(0, maxNamed),
  };
}

/**
 * Moves the present signing secret of each webhook and the one before it, each by itself. An
 * earlier one that cannot be read is dropped: it no longer signs anything.
 */
async function moveWebhooks({ database, encryption, logger }: MoveServices) {
  const prefix = encryption.prefix();
  const present = { $like: `${prefix}%` };
  const others = await database.read().find(Webhook, {
    $or: [{ $not: { secret: present } }, { $not: { previousSecret: present } }],
  });
  const unreadable: string[] = [];
  let moved = 0;

  /** @returns null for an unreadable value. */
  function move(sealed: string, { id, orgId }: Webhook, complaint: string): string | null {
    if (sealed.startsWith(prefix)) return sealed;
    try {
      return encryption.encrypt(encryption.decrypt(sealed, orgId), orgId);
    } catch (error) {
      logger.error({ err: error, webhook: id }, complaint);
      return null;
    }
  }

  for (const webhook of others) {
    const { id, secret, previousSecret = null } = webhook;
    const next = move(secret, webhook, 'a signing secret cannot be read: replace it');
    if (next === null) unreadable.push(id);
    const earlier =
      previousSecret && move(previousSecret, webhook, 'an earlier signing secret was dropped');
    const values = {
      ...(next !== null && next !== secret && { secret: next }),
      ...(earlier !== previousSecret && { previousSecret: earlier }),
      ...(previousSecret !== null && earlier === null && { previousSecretUntil: null }),
    };
    if (Object.keys(values).length === 0) continue;
    // Unless it was replaced after the read.
    const where = { id, secret, previousSecret };
    moved += await database.transaction((em) => em.nativeUpdate(Webhook, where, values));
  }
  return { moved, unreadable };
}

/** A row with its MAC, as it is moved. */
interface MovingRow {
  readonly kind: RowKind;
  readonly id: string | number;
  readonly orgId: string | null;
  readonly mac: string | null;
  readonly fields: readonly unknown[];
}

/** A table: the statement that reads its next rows, and the one that writes a row. */
interface Place {
  readonly table: string;
  readonly column: string;
  next(database: Database, after: string | number): Promise<MovingRow[]>;
}

const page = { orderBy: { id: 'asc' }, limit: batchSize, disableIdentityMap: true } as const;

const places: readonly Place[] = [
  {
    table: 'sub_org',
    column: 'link_mac',
    next: async (database, after) =>
      (await database.read().find(SubOrg, { id: { $gt: Number(after) } }, page)).map((each) => ({
        kind: each.clerkId == null ? 'former-sub-org-link' : 'sub-org-link',
        id: each.id,
        orgId: each.orgId,
        mac: each.linkMac ?? null,
        fields: [each.id, each.orgId, each.clerkId ?? each.formerClerkId],
      })),
  },
  {
    table: 'service_account',
    column: 'role_mac',
    next: async (database, after) =>
      (await database.read().find(ServiceAccount, { id: { $gt: String(after) } }, page)).map(
        (each) => ({
          kind: 'service-account',
          id: each.id,
          orgId: each.orgId,
          mac: each.roleMac ?? null,
          fields: [each.id, each.orgId, each.role],
        }),
      ),
  },
  {
    table: 'job',
    column: 'mac',
    next: async (database, after) => {
      const where = { id: { $gt: String(after) }, completedAt: null };
      const jobs = await database.read().find(Job, where, page);
      return jobs.map((job) => ({
        kind: 'job',
        id: job.id,
        orgId: job.orgId ?? null,
        mac: job.mac ?? null,
        fields: jobFields(job),
      }));
    },
  },
  {
    table: 'idempotent_answer',
    column: 'mac',
    next: async (database, after) => {
      const where = { id: { $gt: String(after) } };
      const answers = await database.read().find(IdempotentAnswer, where, page);
      return answers.map((each) => ({
        kind: 'idempotent-answer',
        id: each.id,
        orgId: each.orgId,
        mac: each.mac,
        fields: answerFields(each),
      }));
    },
  },
  {
    table: 'webhook_delivery',
    column: 'mac',
    next: async (database, after) => {
      const em = database.read();
      const deliveries = await em.find(WebhookDelivery, { id: { $gt: String(after) } }, page);
      const ids = deliveries.map(({ webhookId }) => webhookId);
      const webhooks = await em.find(Webhook, { id: { $in: ids } });
      const byId = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
      return deliveries.map((each) => {
        const webhook = byId.get(each.webhookId);
        return {
          kind: 'delivery',
          id: each.id,
          orgId: webhook?.orgId ?? null,
          mac: each.mac ?? null,
          fields: webhook === undefined ? [] : deliveryFields(each, webhook),
        };
      });
    },
  },
];

async function moveMacs({ database, keyring }: MoveServices) {
  const prefix = `${keyring.current().name}.`;
  const count = { moved: 0, unreadable: 0 };
  for (const { table, column, next } of places) {
    let rows = await next(database, table === 'sub_org' ? 0 : '');
    while (rows.length > 0) {
      const others = rows.filter(({ mac }) => mac !== null && !mac.startsWith(prefix));
      await database.transaction(async (em) => {
        for (const { kind, id, orgId, mac, fields } of others) {
          const remade = database.rowMacs.remake(kind, fields, mac, orgId);
          if (remade === null) {
            count.unreadable += 1;
            continue;
          }
          // Unless it was written after the read.
          const written = await em.execute<unknown[]>(
            `update ${table} set ${column} = ? where id = ? and ${column} = ? returning id`,
            [remade, id, mac],
          );
          count.moved += written.length;
        }
      });
      rows = await next(database, rows.at(-1)?.id ?? '');
    }
  }
  return count;
}
