import type { RowMacs } from '../../../crypto/row-macs.ts';
import { rowMacsMigration } from '../row-macs.ts';
import { SubmittedUrls } from '../submitted-urls.ts';
import { Initial } from './0001-initial.ts';
import { Coherence } from './0002-coherence.ts';
import { Usage } from './0003-usage.ts';
import { Webhooks } from './0004-webhooks.ts';
import { AuditChain } from './0005-audit-chain.ts';
import { RateLimits } from './0006-rate-limits.ts';
import { LostHistory } from './0007-lost-history.ts';
import { RetiredSecrets } from './0008-retired-secrets.ts';
import { SecretInUse } from './0011-secret-in-use.ts';
import { FormerLinks } from './0012-former-links.ts';
import { FormerSecrets } from './0013-former-secrets.ts';
import { Timelines } from './0014-timelines.ts';
import { KeySearch } from './0015-key-search.ts';
import { MemberNames } from './0016-member-names.ts';
import { RevokedSecrets } from './0017-revoked-secrets.ts';
import { RefusedAttempts } from './0018-refused-attempts.ts';
import { ClientUse } from './0019-client-use.ts';
import { Environments } from './0021-environments.ts';
import { CallTimes } from './0022-call-times.ts';
import { LiveKeys } from './0023-live-keys.ts';
import { WebhookAttempts } from './0024-webhook-attempts.ts';
import { IdempotentAnswers } from './0025-idempotent-answers.ts';
import { ListOrders } from './0027-list-orders.ts';
import { AnthropicKeys } from './0029-anthropic-keys.ts';
import { Scans } from './0030-scans.ts';
import { Dialects } from './0031-dialects.ts';
import { BlockedKeys } from './0032-blocked-keys.ts';

const isLater = "select 1 where to_regclass('secret_in_use') is not null";

const roleMacTriggers = [
  `create function touch_service_account_mac() returns trigger language plpgsql as $$
   begin
     if new.role_mac is distinct from old.role_mac then
       perform touch('service-account/' || old.id);
     end if;
     return null;
   end $$`,
  `create constraint trigger touch_mac after update of role_mac on service_account
   deferrable initially deferred for each row execute function touch_service_account_mac()`,
];

/** PostgreSQL's migrations, oldest first. */
export const postgresqlMigrations = (rowMacs: RowMacs) => [
  { name: '0001-initial', class: Initial },
  { name: '0002-coherence', class: Coherence },
  { name: '0003-usage', class: Usage },
  { name: '0004-webhooks', class: Webhooks },
  { name: '0005-audit-chain', class: AuditChain },
  { name: '0006-rate-limits', class: RateLimits },
  { name: '0007-lost-history', class: LostHistory },
  { name: '0008-retired-secrets', class: RetiredSecrets },
  {
    name: '0009-row-macs',
    class: rowMacsMigration(rowMacs, { isLater, triggers: roleMacTriggers }),
  },
  { name: '0011-secret-in-use', class: SecretInUse },
  { name: '0012-former-links', class: FormerLinks },
  { name: '0013-former-secrets', class: FormerSecrets },
  { name: '0014-timelines', class: Timelines },
  { name: '0015-key-search', class: KeySearch },
  { name: '0016-member-names', class: MemberNames },
  { name: '0017-revoked-secrets', class: RevokedSecrets },
  { name: '0018-refused-attempts', class: RefusedAttempts },
  { name: '0019-client-use', class: ClientUse },
  { name: '0021-environments', class: Environments },
  { name: '0022-call-times', class: CallTimes },
  { name: '0023-live-keys', class: LiveKeys },
  { name: '0024-webhook-attempts', class: WebhookAttempts },
  { name: '0025-idempotent-answers', class: IdempotentAnswers },
  { name: '0026-submitted-urls', class: SubmittedUrls },
  { name: '0027-list-orders', class: ListOrders },
  { name: '0029-anthropic-keys', class: AnthropicKeys },
  { name: '0030-scans', class: Scans },
  { name: '0031-dialects', class: Dialects },
  { name: '0032-blocked-keys', class: BlockedKeys },
];
