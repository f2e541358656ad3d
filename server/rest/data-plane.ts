import { z } from 'zod';
import { allEnvironments, type KeyRecord, type Verifier } from '../../core/mod.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { iso, timestamp } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import { reporiskOnly } from './authenticate.ts';
import { refuseQuery } from './input.ts';
import type { Exchange } from './request-context.ts';
import { respondJson } from './respond.ts';
import { createKeyCheck, type KeyCall } from './with-key.ts';

export const keyDescriptionPath = '/api/v1/key';

/** The answer to `GET /api/v1/key`, also for the API's description. */
export const describedKey = z.strictObject({
  id: z.string(),
  label: z.string(),
  preview: z.string(),
  organization: z.strictObject({ id: z.string(), name: z.string() }),
  sub_org_id: z.int().nullable(),
  scopes: z.array(z.string()).readonly().nullable(),
  environment: z.enum(['live', 'test']),
  expires_at: timestamp.nullable(),
});

/**
 * `GET /api/v1/key`: describes the presented key. A plain handler, cheap beside the verification.
 */
export function keyDescription(verifier: Verifier, rateLimits: RateLimits) {
  const withKey = createKeyCheck(rateLimits);
  const call: KeyCall = {
    endpoint: keyDescriptionPath,
    scope: null,
    verify: (token, { address }) =>
      verifier.verify(token, {
        dialects: reporiskOnly,
        environments: allEnvironments,
        address,
      }),
    respond(key, { request }, fields) {
      refuseQuery(request.url);
      return respondJson(describe(key), 200, fields);
    },
  };
  return (exchange: Exchange) => withKey(exchange, call);
}

function describe(key: KeyRecord): z.infer<typeof describedKey> {
  return {
    id: key.id,
    label: shownName(key.label),
    preview: key.preview,
    organization: { id: key.organization.id, name: shownName(key.organization.name) },
    sub_org_id: key.subOrg?.id ?? null,
    scopes: key.scopes,
    environment: key.environment,
    expires_at: iso(key.expiresAt === null ? null : new Date(key.expiresAt)),
  };
}
