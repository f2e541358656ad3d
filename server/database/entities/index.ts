import { AnthropicKey } from './anthropic-key.ts';
import { AnthropicUse } from './anthropic-use.ts';
import { ApiKey } from './api-key.ts';
import { ApiKeyExpiryNotice } from './api-key-expiry-notice.ts';
import { ApiKeySecret } from './api-key-secret.ts';
import { AuditEvent } from './audit-event.ts';
import { DeletedUser } from './deleted-user.ts';
import { Extension } from './extension.ts';
import { IdempotentAnswer } from './idempotent-answer.ts';
import { Job } from './job.ts';
import { KeyClientUse } from './key-client-use.ts';
import { KeyHour } from './key-hour.ts';
import { KeyImport } from './key-import.ts';
import { KeyRefusal } from './key-refusal.ts';
import { KeyRefusedSecret } from './key-refused-secret.ts';
import { KeyRetiringUse } from './key-retiring-use.ts';
import { KeyScopeUse } from './key-scope-use.ts';
import { KeyUse } from './key-use.ts';
import { Membership } from './membership.ts';
import { Organization } from './organization.ts';
import { Repo } from './repo.ts';
import { ServiceAccount } from './service-account.ts';
import { SubOrg } from './sub-org.ts';
import { Task } from './task.ts';
import { UploadPiece } from './upload-piece.ts';
import { Webhook } from './webhook.ts';
import { WebhookAttempt } from './webhook-attempt.ts';
import { WebhookDelivery } from './webhook-delivery.ts';
import { WebhookHealth } from './webhook-health.ts';
import { WebhookReceipt } from './webhook-receipt.ts';

/** Every entity, one file for both databases. */
export const entities = [
  AnthropicKey,
  AnthropicUse,
  ApiKey,
  ApiKeyExpiryNotice,
  ApiKeySecret,
  AuditEvent,
  DeletedUser,
  Extension,
  IdempotentAnswer,
  Job,
  KeyClientUse,
  KeyHour,
  KeyImport,
  KeyRefusal,
  KeyRefusedSecret,
  KeyRetiringUse,
  KeyScopeUse,
  KeyUse,
  Membership,
  Organization,
  Repo,
  ServiceAccount,
  SubOrg,
  Task,
  UploadPiece,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookHealth,
  WebhookReceipt,
];
