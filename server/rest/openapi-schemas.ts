import { z } from 'zod';
import { keyRecord } from '../api-keys/key-record.ts';
import { finding } from '../assets/scan-result.ts';
import { anthropicKeyRecord } from '../operations/anthropic-key/anthropic-key-record.ts';
import { assetRecord } from '../operations/assets/asset.ts';
import { auditRecord } from '../operations/audit-log/audit-record.ts';
import { submissionRecord } from '../operations/extensions/submission.ts';
import { jobRecord, jobResultRecord } from '../operations/jobs/job-record.ts';
import { serviceAccountRecord } from '../operations/service-accounts/service-account-record.ts';
import { subOrgRecord } from '../operations/sub-orgs/sub-org-record.ts';
import { attemptRecord, deliveryRecord } from '../operations/webhooks/delivery-record.ts';
import { webhookRecord } from '../operations/webhooks/webhook-record.ts';
import { snake } from '../wire/case.ts';
import { scope } from '../wire/fields.ts';
import type { Json } from './openapi-answers.ts';

/** The records that answers share, under the names that generated clients have for them. */
const named: Readonly<Record<string, z.ZodType>> = {
  AnthropicKey: anthropicKeyRecord,
  ApiKey: keyRecord,
  Asset: assetRecord,
  AuditEvent: auditRecord,
  ExtensionSubmission: submissionRecord,
  Finding: finding,
  Job: jobResultRecord,
  ListedJob: jobRecord,
  Scope: scope,
  ServiceAccount: serviceAccountRecord,
  SubOrg: subOrgRecord,
  Webhook: webhookRecord,
  WebhookAttempt: attemptRecord,
  WebhookDelivery: deliveryRecord,
};
for (const [id, schema] of Object.entries(named)) schema.register(z.globalRegistry, { id });

/** The schemas that have a name, while a document is made. */
export type Schemas = Map<string, unknown>;

/**
 * A schema as JSON Schema with every name in snake case. Parts with a name become references.
 *
 * @param schemas - gets those parts.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  const { $schema, $defs = {}, ...rest } = made;
  for (const [name, part] of Object.entries($defs as Json)) schemas.set(name, snakeNames(part));
  return snakeNames(rest) as Json;
}

/** A schema of a dialect's document as JSON Schema, with its own names. */
export function plainSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

function snakeNames(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(snakeNames);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      if (name === '$ref')
        return [name, String(value).replace('#/$defs/', '#/components/schemas/')];
      if (name === 'required' && Array.isArray(value)) return [name, value.map(String).map(snake)];
      if (name !== 'properties' || typeof value !== 'object' || value === null) {
        return [name, snakeNames(value)];
      }
      const properties = Object.entries(value).map(([key, member]) => [
        snake(key),
        snakeNames(member),
      ]);
      return [name, Object.fromEntries(properties)];
    }),
  );
}
