import { Webhook } from 'standardwebhooks';
import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import { WebhookReceipt } from '../database/entities/webhook-receipt.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { applyMembership, applyUserDeleted, applyUserName } from './apply-membership.ts';
import { applyOrganization, applyOrganizationDeleted } from './apply-organization.ts';
import type { ApplyContext } from './clerk-change.ts';
import { type ClerkEvent, readClerkEvent } from './clerk-event.ts';
import { signatureIn, verifyMessage } from './webhook-signature.ts';

/** Options of the webhook endpoint. */
export interface ClerkWebhookOptions {
  readonly database: Database;
  /** `whsec_…`, from Clerk's dashboard. */
  readonly signingSecret: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: ApplyContext['logger'];
  /** Resolves when every process has applied everything committed so far. */
  readonly afterCommit?: () => Promise<void>;
}

/**
 * The response to a webhook. A replay gets the same response as a success: Clerk would otherwise
 * retry it for days.
 */
export type WebhookAnswer =
  | { readonly status: 200; readonly outcome: 'applied' | 'ignored' | 'replayed' }
  | { readonly status: 400; readonly detail: string };

/** The response to an unsigned message. */
export const invalidSignature = { status: 400, detail: 'Invalid webhook signature' } as const;

/** Retention of a message's id: longer than Svix retries (about 28 hours). */
const receiptLife = 7 * day;

/**
 * Applies webhooks from Clerk: organizations, memberships, deleted users.
 *
 * @throws {Error} when the signing secret is not base64.
 */
export function createClerkWebhooks(options: ClerkWebhookOptions) {
  const { database, now, logger, afterCommit } = options;
  const webhook = new Webhook(options.signingSecret);

  return {
    /**
     * Whether these headers may belong to a signed message; the body of any other need not be read.
     */
    maySign: (headers: Headers) => signatureIn(headers, now()) !== null,

    /**
     * Applies one message. Its changes and its receipt share one transaction.
     *
     * @param request - headers and raw body, as received: the signature is over its bytes.
     * @throws when the database fails; after an error response, Clerk delivers the message again.
     */
    async receive(request: { headers: Headers; body: string }): Promise<WebhookAnswer> {
      const messageId = verifyMessage(webhook, request.headers, request.body, now());
      if (messageId === null) return invalidSignature;
      const event = readClerkEvent(request.body);
      if (event === null) return { status: 400, detail: 'Malformed webhook event' };
      if (event.kind === 'other') return { status: 200, outcome: 'ignored' };

      const context = { now: new Date(now()), logger, rowMacs: database.rowMacs };
      const isNew = await database.transaction(async (em) => {
        const isFirst = await recordReceipt(em, messageId, context.now);
        if (isFirst) await apply(em, event, context);
        return isFirst;
      });
      // A replay waits too: the earlier attempt may have committed and died before it could wait.
      await afterCommit?.();
      return { status: 200, outcome: isNew ? 'applied' : 'replayed' };
    },
  };
}

/** Records a message's receipt; false when there is one, or another transaction is writing it. */
async function recordReceipt(em: EntityManager, id: string, receivedAt: Date): Promise<boolean> {
  const forgotten = new Date(receivedAt.getTime() - receiptLife);
  await em.nativeDelete(WebhookReceipt, { receivedAt: { $lt: forgotten } });
  const { affectedRows } = await em
    .createQueryBuilder(WebhookReceipt)
    .insert({ id, receivedAt })
    .onConflict('id')
    .ignore()
    .execute('run');
  return affectedRows === 1;
}

function apply(
  em: EntityManager,
  event: Exclude<ClerkEvent, { kind: 'other' }>,
  context: ApplyContext,
): Promise<unknown> {
  switch (event.kind) {
    case 'organization':
      return applyOrganization(em, event.change, context);
    case 'organization-deleted':
      return applyOrganizationDeleted(em, event.change, context);
    case 'membership':
      return applyMembership(em, event.change, context);
    case 'user':
      return applyUserName(em, event.change);
    case 'user-deleted':
      return applyUserDeleted(em, event.change, context);
  }
}
