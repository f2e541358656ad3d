import { Hono } from 'hono';
import { z } from 'zod';
import { allEnvironments, type KeyRecord, type Verifier } from '../../core/mod.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { iso, timestamp } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import { allowOnly } from './allow-only.ts';
import { reporiskOnly } from './authenticate.ts';
import { refuseQuery } from './input.ts';
import type { AppEnvironment } from './request-context.ts';
import { createKeyCheck, type KeyCall } from './with-key.ts';

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
export function dataPlaneRoutes(verifier: Verifier, rateLimits: RateLimits): Hono<AppEnvironment> {
  const withKey = createKeyCheck(rateLimits);
  const call: KeyCall = {
    endpoint: '/api/v1/key',
    scope: null,
    verify: (token, c) =>
      verifier.verify(token, {
        dialects: reporiskOnly,
        environments: allEnvironments,
        address: c.get('address'),
      }),
    respond(key, c, fields) {
      refuseQuery(c.req.url);
      return c.json(describe(key), 200, fields);
    },
  };
  const app = new Hono<AppEnvironment>().get(call.endpoint, (c) => withKey(c, call));
  allowOnly(app, call.endpoint, ['GET']);
  return app;
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
