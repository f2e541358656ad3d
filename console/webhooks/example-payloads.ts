import type { WebhookEvent } from '../api/records.ts';

const key = {
  id: 'key_01KJY67D2K8V6Q3F1R9S4T7W0X',
  dialect: 'reporisk',
  label: 'CI Pipeline',
  description: null,
  sub_org_id: 1,
  service_account_id: null,
  preview: 'rrk_live_AbCd••••Xy1z',
  key_prefix: 'rrk_live_',
  key_suffix: 'Xy1z',
  environment: 'live',
  scopes: ['repos:read'],
  ip_allow_list: null,
  rate_limit: null,
  is_active: true,
  status: 'active',
  last_used_at: '2026-03-04T04:59:12.345Z',
  expires_at: '2026-03-18T05:06:07.089Z',
  created_by: 'user_2abc',
  created_at: '2026-01-02T03:04:05.678Z',
  updated_at: '2026-03-04T05:06:07.089Z',
  revoked_at: null,
  revoked_reason: null,
  retiring_preview: null,
  retiring_until: null,
  owner: { kind: 'member', id: 'user_2abc', name: 'Ada Lovelace' },
  blocked_reason: null,
};

const revoked = {
  ...key,
  is_active: false,
  status: 'revoked',
  revoked_at: '2026-03-04T05:06:07.089Z',
  revoked_reason: 'leaked',
};

const data: Readonly<Record<WebhookEvent, object>> = {
  'api_key.created': { key },
  'api_key.updated': { key },
  'api_key.rotated': {
    key: {
      ...key,
      retiring_preview: 'rrk_live_Ef5g••••Hi2j',
      retiring_until: '2026-03-05T05:06:07.089Z',
    },
  },
  'api_key.revoked': { key: revoked },
  'api_key.expiring': { key, days_left: 14 },
  'api_key.leaked': {
    key: revoked,
    secret: 'current',
    action: 'revoked',
    preview: 'rrk_live_AbCd••••Xy1z',
    places: ['https://github.com/acme/site/blob/main/.env'],
    url: 'https://github.com/acme/site/blob/main/.env',
  },
  'api_key.refused': {
    key: revoked,
    reason: 'revoked',
    preview: 'rrk_live_AbCd••••Xy1z',
    ip_address: '203.0.113.7',
    user_agent: 'curl/8.7.1',
    at: '2026-03-04T05:06:07.089Z',
  },
};

/** The body of a message about an event, as it could arrive. */
export function examplePayload(type: WebhookEvent): object {
  return { type, timestamp: '2026-03-04T05:06:07.089Z', data: data[type] };
}
