import { anthropicKey } from '../../support/anthropic-server.ts';
import { demoIds, issueKey } from '../../support/issued-keys.ts';
import type { RunningServer } from '../../support/server.ts';
import { type CallerKind, callerKinds } from './callers.ts';

/** A refusal with its text, or the status of success. */
export type Cell = number | readonly [status: number, detail: string];

/** The request, and the answer to each kind of caller. */
export interface Row {
  readonly cells: Readonly<Record<CallerKind, Cell>>;
  /** The input in the operation's own names. Callers are tried in their order, the admin last. */
  input(server: RunningServer): Promise<Record<string, unknown>>;
}

const signIn: Cell = [401, 'Sign in required'];
const missing: Cell = [401, 'Missing API key'];
const invalid: Cell = [401, 'Invalid API key'];
const forbidden: Cell = [403, 'Insufficient permissions'];
const plan: Cell = [403, 'API access is not available on your current plan'];
const noKeysForKeys: Cell = [403, 'API keys cannot be managed via API key authentication'];
const sessionOnly: Cell = [
  403,
  'This endpoint requires a Clerk session and cannot be accessed with an API key',
];
const unknown = (what: string): Cell => [404, `${what} not found`];
const outside = (what: string): Cell => [
  403,
  `Access denied: ${what} is outside the API key's sub-org scope`,
];

type Cells = Row['cells'];
type Some = Partial<Record<CallerKind, Cell>>;

/**
 * An admin's operation; the parent admin gets `ok`, and so does the tier-1 admin in the own
 * organization.
 */
function admins(ok: Cell, keys: Cell, others: Some = {}): Cells {
  return {
    nobody: signIn,
    'a junk token': signIn,
    'an expired session': signIn,
    'a pending session': signIn,
    'a revoked key': signIn,
    'an outsider': forbidden,
    'a sub-org admin': forbidden,
    'a parent member': forbidden,
    'a tier-1 admin': ok,
    'an org-wide key': keys,
    'a scoped key': keys,
    'the parent admin': ok,
    ...others,
  };
}

function members(ok: Cell, others: Some = {}): Cells {
  return admins(ok, sessionOnly, { 'a parent member': ok, ...others });
}

/** A call that reads no credential. */
function everyone(cell: Cell): Cells {
  return Object.fromEntries(callerKinds.map((kind) => [kind, cell])) as Cells;
}

/** A call of the data plane. */
function data(ok: Cell, others: Some = {}): Cells {
  return {
    nobody: missing,
    'a junk token': invalid,
    'an expired session': invalid,
    'a pending session': invalid,
    'a revoked key': invalid,
    'an outsider': forbidden,
    'a sub-org admin': ok,
    'a parent member': ok,
    'a tier-1 admin': ok,
    'an org-wide key': ok,
    'a scoped key': ok,
    'the parent admin': ok,
    ...others,
  };
}

/** Reading one thing of the parent org's that belongs to no sub-org. */
function read(what: string): Cells {
  const kind = what.toLowerCase();
  return data(200, {
    'a sub-org admin': outside(kind),
    'a scoped key': outside(kind),
    'a tier-1 admin': unknown(what),
  });
}

const submitted = data(202, { 'a parent member': forbidden });
const none = async () => ({});

async function key(server: RunningServer) {
  return { id: (await issueKey(server)).id };
}

async function create(server: RunningServer, path: string, json: object) {
  const response = await server.fetch(`/api/v1/settings/${path}`, { as: 'parent-admin', json });
  const { id } = (await response.json()) as { id: string | number };
  return { id };
}

const subOrg = (server: RunningServer) => create(server, 'sub-orgs', { name: 'Web' });
const account = (server: RunningServer) =>
  create(server, 'service-accounts', { name: 'CI', role: 'viewer' });

const webhook = (server: RunningServer) =>
  create(server, 'webhooks', { url: 'https://hooks.example/keys' });

async function delivery(server: RunningServer) {
  const { id } = await webhook(server);
  await issueKey(server);
  const path = `/api/v1/settings/webhooks/${id}/deliveries`;
  const response = await server.fetch(path, { as: 'parent-admin' });
  const { items } = (await response.json()) as { items: { id: string }[] };
  return { id, deliveryId: items[0]?.id };
}

async function job(server: RunningServer) {
  const json = { url: 'https://git.invalid/acme-security/website' };
  const response = await server.fetch('/api/v1/repos/analyze', { as: 'parent-admin', json });
  return ((await response.json()) as { job_id: string }).job_id;
}

async function cancelledJob(server: RunningServer) {
  const id = await job(server);
  const path = `/api/v1/settings/jobs/${id}/cancel`;
  await server.fetch(path, { as: 'parent-admin', json: {} });
  return { id };
}

async function repo(server: RunningServer) {
  return { repoId: (await demoIds(server)).repo.none };
}

async function extension(server: RunningServer) {
  const json = { url: 'https://marketplace.invalid/acme' };
  const path = '/api/v1/extensions/submit-url';
  const response = await server.fetch(path, { as: 'parent-admin', json });
  return { extensionId: ((await response.json()) as { extension_id: number }).extension_id };
}

const needsPlan = { 'a tier-1 admin': plan };
const foreign = (what: string) => ({ 'a tier-1 admin': unknown(what) });
const url = async () => ({ url: 'https://git.invalid/acme-security/new' });

/** Every operation × every kind of caller. */
export const accessTable: Readonly<Record<string, Row>> = {
  'session.get': { cells: members(200), input: none },

  'apiKeys.status': { cells: admins(200, noKeysForKeys), input: none },
  'apiKeys.list': { cells: admins(200, noKeysForKeys, needsPlan), input: none },
  'apiKeys.attention': { cells: admins(200, noKeysForKeys, needsPlan), input: none },
  'apiKeys.get': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.create': {
    cells: admins(201, noKeysForKeys, needsPlan),
    input: async () => ({ label: 'CI' }),
  },
  'apiKeys.update': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.rotate': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.endGrace': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.retiringUse': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.usage': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.unusedScopes': { cells: admins(200, noKeysForKeys, needsPlan), input: key },
  'apiKeys.revoke': { cells: admins(204, noKeysForKeys, foreign('API key')), input: key },
  // The answer lists each missing key separately.
  'apiKeys.bulk': {
    cells: admins(200, noKeysForKeys),
    input: async () => ({ ids: ['key_unknown'], action: 'revoke' }),
  },
  // The keys that the callers use live on: the number is one that never fits.
  'apiKeys.revokeAll': {
    cells: admins(409, noKeysForKeys),
    input: async () => ({ confirm: 1_000_000 }),
  },

  'subOrgs.list': { cells: members(200), input: none },
  'subOrgs.create': { cells: admins(201, sessionOnly), input: async () => ({ name: 'Web' }) },
  'subOrgs.update': { cells: admins(200, sessionOnly, foreign('Sub-organization')), input: subOrg },
  'subOrgs.archive': {
    cells: admins(200, sessionOnly, foreign('Sub-organization')),
    input: subOrg,
  },
  'subOrgs.remove': { cells: admins(204, sessionOnly, foreign('Sub-organization')), input: subOrg },

  'serviceAccounts.list': { cells: admins(200, sessionOnly), input: none },
  'serviceAccounts.get': {
    cells: admins(200, sessionOnly, foreign('Service account')),
    input: account,
  },
  'serviceAccounts.create': {
    cells: admins(201, sessionOnly, needsPlan),
    input: async () => ({ name: 'CI', role: 'viewer' }),
  },
  'serviceAccounts.update': { cells: admins(200, sessionOnly, needsPlan), input: account },

  'jobs.list': { cells: members(200), input: none },
  'jobs.get': {
    cells: members(200, foreign('Job')),
    input: async (server) => ({ id: await job(server) }),
  },
  'jobs.cancel': {
    cells: admins(200, sessionOnly, foreign('Job')),
    input: async (server) => ({ id: await job(server) }),
  },

  'jobs.retry': {
    cells: admins(201, sessionOnly, foreign('Job')),
    input: cancelledJob,
  },
  'jobs.retryFailed': { cells: admins(200, sessionOnly), input: none },

  'anthropicKey.get': { cells: admins(200, sessionOnly), input: none },
  'anthropicKey.check': { cells: admins(200, sessionOnly), input: none },
  'anthropicKey.usage': { cells: admins(200, sessionOnly), input: none },
  'anthropicKey.remove': { cells: admins(204, sessionOnly), input: none },
  // After the removal: submissions below need the key.
  'anthropicKey.set': {
    cells: admins(200, sessionOnly),
    input: async () => ({ apiKey: anthropicKey('table') }),
  },

  'webhooks.list': { cells: admins(200, sessionOnly), input: none },
  'webhooks.create': {
    cells: admins(201, sessionOnly, needsPlan),
    input: async () => ({ url: 'https://hooks.example/keys' }),
  },
  'webhooks.update': { cells: admins(200, sessionOnly, needsPlan), input: webhook },
  'webhooks.remove': { cells: admins(204, sessionOnly, foreign('Webhook')), input: webhook },
  'webhooks.deliveries': { cells: admins(200, sessionOnly, foreign('Webhook')), input: webhook },
  'webhooks.test': { cells: admins(200, sessionOnly, foreign('Webhook')), input: webhook },
  'webhooks.redeliver': { cells: admins(200, sessionOnly, foreign('Webhook')), input: delivery },

  'auditLog.list': { cells: admins(200, sessionOnly), input: none },
  'auditLog.export': { cells: admins(200, sessionOnly), input: none },

  'repos.list': { cells: data(200), input: none },
  'repos.analyze': { cells: submitted, input: url },
  'repos.get': { cells: read('Repository'), input: repo },
  'repos.report': { cells: read('Repository'), input: repo },
  'repos.scans': { cells: read('Repository'), input: repo },

  'extensions.list': { cells: data(200), input: none },
  'extensions.submitUrl': { cells: submitted, input: url },
  'extensions.upload': { cells: submitted, input: async () => ({ upload: true }) },
  'extensions.get': { cells: read('Extension'), input: extension },
  'extensions.report': { cells: read('Extension'), input: extension },
  'extensions.scans': { cells: read('Extension'), input: extension },

  'jobs.poll': { cells: read('Job'), input: async (server) => ({ jobId: await job(server) }) },

  'leaks.github': { cells: everyone([401, 'Invalid signature']), input: none },
  'leaks.report': { cells: everyone(202), input: async () => ({ token: 'rrk_live_unknown' }) },
};
