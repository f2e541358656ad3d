import { Webhook } from 'standardwebhooks';
import type { Database } from '../database/database.ts';
import { WebhookReceipt } from '../database/entities/webhook-receipt.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { applyMembership, applyUserDeleted, applyUserName } from './apply-membership.ts';
import { applyOrganization, applyOrganizationDeleted } from './apply-organization.ts';
import type { ApplyContext } from './clerk-change.ts';
import { type ClerkEvent, readClerkEvent } from './clerk-event.ts';
import { signatureIn, verifyMessage } from './webhook-signature.ts';

/** What the webhook endpoint works with. */
export interface ClerkWebhookOptions {
  readonly database: Database;
  /** `whsec_…`, from Clerk's dashboard. */
  readonly signingSecret: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: ApplyContext['logger'];
  /** Resolves when everything committed so far holds on every process. */
  readonly afterCommit?: () => Promise<void>;
}

/** The answer to a webhook. A replay is answered like a success, or Clerk would try again for days. */
export type WebhookAnswer =
  | { readonly status: 200; readonly outcome: 'applied' | 'ignored' | 'replayed' }
  | { readonly status: 400; readonly detail: string };

/** The answer to what is not signed. */
export const invalidSignature = { status: 400, detail: 'Invalid webhook signature' } as const;

/** How long a message's id is remembered: longer than Svix goes on trying (about 28 hours). */
const receiptLife = 7 * 24 * 60 * 60_000;

/**
 * Takes in what Clerk tells: organizations, memberships, deleted users.
 *
 * @throws {Error} when the signing secret is not base64.
 */
export function createClerkWebhooks(options: ClerkWebhookOptions) {
  const { database, now, logger, afterCommit } = options;
  const webhook = new Webhook(options.signingSecret);

  return {
    /** Whether a message with these headers may be signed: no other body needs to be collected. */
    maySign: (headers: Headers) => signatureIn(headers, now()) !== null,

    /**
     * Takes in one message. Everything it changes is in one transaction with the receipt.
     *
     * @param request - headers and raw body, as received: the signature is over its bytes.
     * @throws when the database fails; answered with an error, Clerk delivers it again.
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
      // Also after a replay: the attempt before may have committed and died before it could wait.
      await afterCommit?.();
      return { status: 200, outcome: isNew ? 'applied' : 'replayed' };
    },
  };
}

/** Records that a message was taken in; false when it was before, or is being at this moment. */
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
