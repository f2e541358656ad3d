import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/trpc/router.ts';

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

export type ApiKey = Outputs['apiKeys']['get'];
export type ApiKeyStatus = Outputs['apiKeys']['status'];
export type ApiKeyPage = Outputs['apiKeys']['list'];
/** A key of the list, with its calls of seven days. */
export type ListedKey = ApiKeyPage['items'][number];
export type Attention = NonNullable<ApiKeyQuery['attention']>;
export type BulkInput = Inputs['apiKeys']['bulk'];
export type BulkAction = BulkInput['action'];
export type BulkOutcome = Outputs['apiKeys']['bulk'];
export type ApiKeyQuery = NonNullable<Inputs['apiKeys']['list']>;
export type NewApiKey = Inputs['apiKeys']['create'];
export type ApiKeyChanges = Inputs['apiKeys']['update'];
/** A key just created or rotated; the raw key lives in the reveal dialog and nowhere else. */
export type IssuedKey = Outputs['apiKeys']['create'];
export type ApiKeyUsage = Outputs['apiKeys']['usage'];
export type ApiKeyCall = ApiKeyUsage['items'][number];
export type CallOutcome = ApiKeyUsage['hourly'][number]['outcome'];
export type RetiringUse = Outputs['apiKeys']['retiringUse'];
export type UnusedScopes = Outputs['apiKeys']['unusedScopes'];
export type Member = Outputs['session']['get'];
export type SubOrg = Outputs['subOrgs']['list']['items'][number];
export type ServiceAccount = Outputs['serviceAccounts']['list']['items'][number];
export type ServiceAccountRole = ServiceAccount['role'];
export type Job = Outputs['jobs']['list']['items'][number];
export type JobStatus = Job['status'];
export type AuditAction = NonNullable<NonNullable<Inputs['auditLog']['list']>['action']>;
export type AuditEvent = Outputs['auditLog']['list']['items'][number];
export type Webhook = Outputs['webhooks']['list']['items'][number];
export type WebhookEvent = Webhook['events'][number];
export type WebhookDelivery = Outputs['webhooks']['deliveries']['items'][number];
export type WebhookTest = Outputs['webhooks']['test'];
export type DeliveryStatus = WebhookDelivery['status'];
export type JobType = Job['type'];
export type AnthropicKey = Outputs['anthropicKey']['get'];
export type AnthropicUse = Outputs['anthropicKey']['usage']['days'][number];
