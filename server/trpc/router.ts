import { checkAnthropicKey } from '../operations/anthropic-key/check.ts';
import { getAnthropicKey } from '../operations/anthropic-key/get.ts';
import { removeAnthropicKey } from '../operations/anthropic-key/remove.ts';
import { setAnthropicKey } from '../operations/anthropic-key/set.ts';
import { anthropicKeyUsage } from '../operations/anthropic-key/usage.ts';
import { apiKeyAttention } from '../operations/api-keys/attention.ts';
import { bulkApiKeys } from '../operations/api-keys/bulk.ts';
import { createApiKey } from '../operations/api-keys/create.ts';
import { endApiKeyGrace } from '../operations/api-keys/end-grace.ts';
import { getApiKey } from '../operations/api-keys/get.ts';
import { listApiKeys } from '../operations/api-keys/list.ts';
import { retiringApiKeyUse } from '../operations/api-keys/retiring-use.ts';
import { revokeApiKey } from '../operations/api-keys/revoke.ts';
import { revokeAllApiKeys } from '../operations/api-keys/revoke-all.ts';
import { rotateApiKey } from '../operations/api-keys/rotate.ts';
import { apiKeyStatus } from '../operations/api-keys/status.ts';
import { unusedApiKeyScopes } from '../operations/api-keys/unused-scopes.ts';
import { updateApiKey } from '../operations/api-keys/update.ts';
import { apiKeyUsage } from '../operations/api-keys/usage.ts';
import { listAuditLog } from '../operations/audit-log/list.ts';
import { cancelJob } from '../operations/jobs/cancel.ts';
import { getJob } from '../operations/jobs/get.ts';
import { listJobs } from '../operations/jobs/list.ts';
import { retryJob } from '../operations/jobs/retry.ts';
import { retryFailedJobs } from '../operations/jobs/retry-failed.ts';
import { createServiceAccount } from '../operations/service-accounts/create.ts';
import { getServiceAccount } from '../operations/service-accounts/get.ts';
import { listServiceAccounts } from '../operations/service-accounts/list.ts';
import { updateServiceAccount } from '../operations/service-accounts/update.ts';
import { getSession } from '../operations/session/get.ts';
import { archiveSubOrg } from '../operations/sub-orgs/archive.ts';
import { createSubOrg } from '../operations/sub-orgs/create.ts';
import { listSubOrgs } from '../operations/sub-orgs/list.ts';
import { removeSubOrg } from '../operations/sub-orgs/remove.ts';
import { updateSubOrg } from '../operations/sub-orgs/update.ts';
import { createWebhook } from '../operations/webhooks/create.ts';
import { listWebhookDeliveries } from '../operations/webhooks/deliveries.ts';
import { listWebhooks } from '../operations/webhooks/list.ts';
import { redeliverWebhook } from '../operations/webhooks/redeliver.ts';
import { removeWebhook } from '../operations/webhooks/remove.ts';
import { testWebhook } from '../operations/webhooks/test.ts';
import { updateWebhook } from '../operations/webhooks/update.ts';
import { mutation, query, router } from './procedure.ts';

/** Every management operation. A literal: clients infer each procedure's types from it. */
export const appRouter = router({
  session: { get: query(getSession) },
  apiKeys: {
    status: query(apiKeyStatus),
    list: query(listApiKeys),
    attention: query(apiKeyAttention),
    get: query(getApiKey),
    create: mutation(createApiKey),
    update: mutation(updateApiKey),
    rotate: mutation(rotateApiKey),
    endGrace: mutation(endApiKeyGrace),
    retiringUse: query(retiringApiKeyUse),
    usage: query(apiKeyUsage),
    unusedScopes: query(unusedApiKeyScopes),
    revoke: mutation(revokeApiKey),
    revokeAll: mutation(revokeAllApiKeys),
    bulk: mutation(bulkApiKeys),
  },
  subOrgs: {
    list: query(listSubOrgs),
    create: mutation(createSubOrg),
    update: mutation(updateSubOrg),
    archive: mutation(archiveSubOrg),
    remove: mutation(removeSubOrg),
  },
  serviceAccounts: {
    list: query(listServiceAccounts),
    get: query(getServiceAccount),
    create: mutation(createServiceAccount),
    update: mutation(updateServiceAccount),
  },
  jobs: {
    list: query(listJobs),
    get: query(getJob),
    cancel: mutation(cancelJob),
    retry: mutation(retryJob),
    retryFailed: mutation(retryFailedJobs),
  },
  anthropicKey: {
    get: query(getAnthropicKey),
    set: mutation(setAnthropicKey),
    check: mutation(checkAnthropicKey),
    remove: mutation(removeAnthropicKey),
    usage: query(anthropicKeyUsage),
  },
  webhooks: {
    list: query(listWebhooks),
    create: mutation(createWebhook),
    update: mutation(updateWebhook),
    remove: mutation(removeWebhook),
    deliveries: query(listWebhookDeliveries),
    redeliver: mutation(redeliverWebhook),
    test: mutation(testWebhook),
  },
  auditLog: { list: query(listAuditLog) },
});

/** The type of a tRPC client's router; the console imports nothing else of the server. */
export type AppRouter = typeof appRouter;
