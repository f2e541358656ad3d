import { ApiKey } from './api-key.ts';
import { ApiKeySecret } from './api-key-secret.ts';
import { AuditEvent } from './audit-event.ts';
import { DeletedUser } from './deleted-user.ts';
import { Extension } from './extension.ts';
import { Job } from './job.ts';
import { KeyUse } from './key-use.ts';
import { Membership } from './membership.ts';
import { Organization } from './organization.ts';
import { Repo } from './repo.ts';
import { ServiceAccount } from './service-account.ts';
import { SubOrg } from './sub-org.ts';
import { WebhookReceipt } from './webhook-receipt.ts';

/** Every entity, one file for both databases. */
export const entities = [
  ApiKey,
  ApiKeySecret,
  AuditEvent,
  DeletedUser,
  Extension,
  Job,
  KeyUse,
  Membership,
  Organization,
  Repo,
  ServiceAccount,
  SubOrg,
  WebhookReceipt,
];
