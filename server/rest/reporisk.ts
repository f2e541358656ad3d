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
import { getExtension, getRepo } from '../operations/assets/get.ts';
import { listExtensions, listRepos } from '../operations/assets/list.ts';
import { getExtensionReport, getRepoReport } from '../operations/assets/report.ts';
import { listExtensionScans, listRepoScans } from '../operations/assets/scans.ts';
import { exportAuditLog } from '../operations/audit-log/export.ts';
import { listAuditLog } from '../operations/audit-log/list.ts';
import { submitExtensionUrl } from '../operations/extensions/submit-url.ts';
import { uploadExtension } from '../operations/extensions/upload.ts';
import { cancelJob } from '../operations/jobs/cancel.ts';
import { getJob } from '../operations/jobs/get.ts';
import { listJobs } from '../operations/jobs/list.ts';
import { pollJob } from '../operations/jobs/poll.ts';
import { retryJob } from '../operations/jobs/retry.ts';
import { retryFailedJobs } from '../operations/jobs/retry-failed.ts';
import {
  assertNamesGithubKey,
  githubMatches,
  reportGithubLeaks,
} from '../operations/leaks/github.ts';
import { reportLeak } from '../operations/leaks/report.ts';
import { analyzeRepo } from '../operations/repos/analyze.ts';
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
import { get, patch, post, put, type Route, remove } from './route.ts';

/** GitHub may send thousands of matches in one call. */
const githubBodyLimit = 8 * 1024 * 1024;

const settings = '/api/v1/settings';

/** The `reporisk` dialect. A fixed path stands before one with a parameter in its place. */
export const reporiskRoutes: readonly Route[] = [
  get(`${settings}/session`, getSession),

  get(`${settings}/api-keys/status`, apiKeyStatus),
  get(`${settings}/api-keys/attention`, apiKeyAttention),
  post(`${settings}/api-keys/bulk`, bulkApiKeys),
  post(`${settings}/api-keys/revoke-all`, revokeAllApiKeys),
  get(`${settings}/api-keys`, listApiKeys),
  post(`${settings}/api-keys`, createApiKey, 201),
  get(`${settings}/api-keys/:id`, getApiKey),
  patch(`${settings}/api-keys/:id`, updateApiKey),
  remove(`${settings}/api-keys/:id`, revokeApiKey),
  post(`${settings}/api-keys/:id/rotate`, rotateApiKey),
  post(`${settings}/api-keys/:id/end-grace`, endApiKeyGrace),
  get(`${settings}/api-keys/:id/retiring-use`, retiringApiKeyUse),
  get(`${settings}/api-keys/:id/usage`, apiKeyUsage),
  get(`${settings}/api-keys/:id/unused-scopes`, unusedApiKeyScopes),

  get(`${settings}/sub-orgs`, listSubOrgs),
  post(`${settings}/sub-orgs`, createSubOrg, 201),
  patch(`${settings}/sub-orgs/:id`, updateSubOrg),
  remove(`${settings}/sub-orgs/:id`, removeSubOrg),
  post(`${settings}/sub-orgs/:id/archive`, archiveSubOrg),

  get(`${settings}/service-accounts`, listServiceAccounts),
  post(`${settings}/service-accounts`, createServiceAccount, 201),
  get(`${settings}/service-accounts/:id`, getServiceAccount),
  patch(`${settings}/service-accounts/:id`, updateServiceAccount),

  get(`${settings}/jobs`, listJobs),
  post(`${settings}/jobs/retry-failed`, retryFailedJobs),
  get(`${settings}/jobs/:id`, getJob),
  post(`${settings}/jobs/:id/retry`, retryJob, 201),
  post(`${settings}/jobs/:id/cancel`, cancelJob),

  get(`${settings}/anthropic-key`, getAnthropicKey),
  put(`${settings}/anthropic-key`, setAnthropicKey),
  remove(`${settings}/anthropic-key`, removeAnthropicKey),
  post(`${settings}/anthropic-key/check`, checkAnthropicKey),
  get(`${settings}/anthropic-key/usage`, anthropicKeyUsage),

  get(`${settings}/webhooks`, listWebhooks),
  post(`${settings}/webhooks`, createWebhook, 201),
  patch(`${settings}/webhooks/:id`, updateWebhook),
  remove(`${settings}/webhooks/:id`, removeWebhook),
  get(`${settings}/webhooks/:id/deliveries`, listWebhookDeliveries),
  post(`${settings}/webhooks/:id/deliveries/:delivery_id/redeliver`, redeliverWebhook),
  post(`${settings}/webhooks/:id/test`, testWebhook),

  get(`${settings}/audit-log`, listAuditLog),
  get(`${settings}/audit-log/export`, exportAuditLog),

  get('/api/v1/repos', listRepos),
  post('/api/v1/repos/analyze', analyzeRepo, 202),
  get('/api/v1/repos/:repo_id', getRepo),
  get('/api/v1/repos/:repo_id/report', getRepoReport),
  get('/api/v1/repos/:repo_id/scans', listRepoScans),

  get('/api/v1/extensions', listExtensions),
  post('/api/v1/extensions/submit-url', submitExtensionUrl, 202),
  { ...post('/api/v1/extensions/upload', uploadExtension, 202), source: 'multipart' },
  get('/api/v1/extensions/:extension_id', getExtension),
  get('/api/v1/extensions/:extension_id/report', getExtensionReport),
  get('/api/v1/extensions/:extension_id/scans', listExtensionScans),

  get('/api/v1/jobs/:job_id', pollJob),

  {
    ...post('/api/v1/leaks/github', reportGithubLeaks),
    source: 'raw',
    raw: { body: githubMatches, limit: githubBodyLimit, admit: assertNamesGithubKey },
  },
  post('/api/v1/leaks/report', reportLeak, 202),
];
