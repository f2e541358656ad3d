import { Hono } from 'hono';
import { allEnvironments, type KeyRecord, type Verifier } from '../../core/mod.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { iso } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import { allowOnly } from './allow-only.ts';
import { refuseQuery } from './input.ts';
import type { AppEnvironment } from './request-context.ts';
import { createKeyCheck, type KeyCall } from './with-key.ts';

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
        dialect: 'reporisk',
        environments: allEnvironments,
        address: c.get('address'),
      }),
    respond(key, c) {
      refuseQuery(c.req.url);
      return c.json(describe(key));
    },
  };
  const app = new Hono<AppEnvironment>().get(call.endpoint, (c) => withKey(c, call));
  allowOnly(app, call.endpoint, ['GET']);
  return app;
}

function describe(key: KeyRecord) {
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
