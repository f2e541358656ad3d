import { expect } from 'vitest';
import type { startReceiver } from '../server/webhooks/receiver.ts';
import { type RunningConsole, setAnthropicKey } from './console.ts';
import { createKey, inDatabase, rowsInDatabase } from './demo-keys.ts';

/** The present, in the pictures. */
export const pictureTime: number = Date.parse('2026-03-12T14:20:00Z');

const minute = 60_000;
const day = 1440 * minute;

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

interface PicturedKey {
  readonly label: string;
  readonly preview: readonly [first4: string, last4: string];
  /** Of Acme: 1 is Payments, 2 is Mobile. */
  readonly subOrg?: 1 | 2;
  readonly environment?: 'test';
  /** Days ago. */
  readonly created: number;
  /** Minutes ago. */
  readonly used?: number;
  /** In days. */
  readonly expires?: number;
  /** Days ago. */
  readonly revoked?: number;
  readonly disabled?: true;
  /** Its secret was replaced; the old one still works for this many hours. */
  readonly retiring?: number;
  /** Of the last seven days, the present one last. */
  readonly calls?: readonly number[];
  /** Its callers, with their calls. */
  readonly callers?: readonly (readonly [agent: string, address: string, calls: number])[];
  /** Its owner has left. */
  readonly left?: true;
}

/** A key in each state, as an organization has them after some months. */
const keys: readonly PicturedKey[] = [
  {
    ...{ label: 'CI Pipeline', preview: ['p7Rk', 'Q2xv'], subOrg: 1 },
    ...{ created: 23, used: 2, expires: 67, calls: [212, 240, 198, 61, 44, 231, 167] },
    callers: [
      ['github-actions/2.14', '203.0.113.24', 961],
      ['reporisk-cli/1.8 (linux)', '203.0.113.71', 192],
    ],
  },
  {
    ...{ label: 'Release gate', preview: ['Zt4m', 'w9Le'], subOrg: 2 },
    ...{ created: 31, used: 55, calls: [12, 9, 14, 0, 0, 11, 16] },
  },
  {
    ...{ label: 'Nightly audit', preview: ['b1Xc', 'K8ns'] },
    ...{ created: 46, used: 740, retiring: 20, calls: [31, 31, 31, 31, 31, 31, 31] },
  },
  {
    ...{ label: 'Partner feed', preview: ['f5Qa', 'Y2md'], left: true },
    ...{ created: 40, used: 4300, calls: [0, 18, 7, 0, 0, 0, 0] },
  },
  { label: 'Sandbox', preview: ['9sYd', 'Tj3a'], environment: 'test', created: 48, expires: 12 },
  {
    ...{ label: 'Vendor intake', preview: ['Hq6w', 'e5Bz'] },
    ...{ created: 52, used: 2900, expires: 42, calls: [2, 5, 0, 0, 3, 0, 0] },
  },
  {
    label: 'Dashboard export',
    preview: ['m2Vf', 'Rc7y'],
    created: 57,
    used: 30_000,
    disabled: true,
  },
  {
    label: 'Wallet builds',
    preview: ['Jx8u', 'd4Gh'],
    subOrg: 2,
    created: 64,
    used: 9000,
    expires: -4,
  },
  { label: 'Old build server', preview: ['Wn5k', 'A6pt'], created: 71, used: 45_000, revoked: 30 },
];

/** Gives the demo's Acme the keys of the pictures, the same in each run. */
export async function addPicturedKeys(console: RunningConsole): Promise<void> {
  for (const key of keys) {
    const { label, environment = 'live', subOrg = null } = key;
    const { id } = await createKey(console, { label, environment, sub_org_id: subOrg });
    if (key.retiring !== undefined) {
      const path = `/api/v1/settings/api-keys/${id}/rotate`;
      await console.send('parent-admin', path, { grace_seconds: key.retiring * 3600 });
    }
    const ago = (days: number | undefined) =>
      days === undefined ? null : pictureTime - days * day;
    await inDatabase(
      console,
      'update api_key set created_at = ?, expires_at = ?, revoked_at = ?, disabled = ? where id = ?',
      ...[ago(key.created), ago(key.expires === undefined ? undefined : -key.expires)],
      ...[ago(key.revoked), key.disabled ? 1 : 0, id],
    );
    await inDatabase(
      console,
      'update api_key_secret set first4 = ?, last4 = ? where key_id = ?',
      ...[...key.preview, id],
    );
    if (key.used !== undefined) {
      const at = pictureTime - key.used * minute;
      await inDatabase(console, 'insert into key_use (key_id, last_used_at) values (?, ?)', id, at);
    }
    if (key.left) {
      const owner = 'update api_key set created_by = ? where id = ?';
      await inDatabase(console, owner, 'user_2wPzKq7Yh3JmNd5Vt8Rb1XcFs6L', id);
    }
    await addCalls(console, id, key);
  }
}

/** The last calls of the key with callers, newest first. */
const pictureCalls = [
  ['GET', '/api/v1/repos/{repo_id}', 200],
  ['GET', '/api/v1/jobs/{job_id}', 200],
  ['POST', '/api/v1/repos/analyze', 202],
  ['GET', '/api/v1/repos/{repo_id}', 404],
  ['GET', '/api/v1/repos', 200],
] as const;

async function addCalls(
  console: RunningConsole,
  id: string,
  { calls = [], callers = [] }: PicturedKey,
): Promise<void> {
  const today = Math.floor(pictureTime / day) * day;
  const counted = 'insert into key_hour (key_id, hour, outcome, count) values (?, ?, ?, ?)';
  for (const [n, count] of calls.entries()) {
    const hour = today - (calls.length - 1 - n) * day + 9 * 60 * minute;
    if (count > 0) await inDatabase(console, counted, id, hour, 'success', count);
    if (count > 200) await inDatabase(console, counted, id, hour, 'client_error', count % 10);
  }
  const used = 'insert into key_client_use values (?, ?, ?, ?, ?, ?)';
  for (const [agent, address, count] of callers) {
    await inDatabase(console, used, id, today, address, agent, count, pictureTime - 2 * minute);
  }
  const [[agent, address] = []] = callers;
  if (agent === undefined) return;
  const called = `insert into key_call values (?, ?, 'org_demo_acme', ?, ?, ?, ?, ?, ?, ?, ?)`;
  for (const [n, [method, endpoint, status]] of pictureCalls.entries()) {
    const place = String(pictureCalls.length - n).padStart(26, '0');
    await inDatabase(
      console,
      called,
      ...[`call_${place}`, id, endpoint, method, status, 8 + 3 * n, `req_${place}`],
      ...[address, agent, pictureTime - (2 + 7 * n) * minute],
    );
  }
  const scope = 'insert into key_scope_use (key_id, scope, last_used_at) values (?, ?, ?)';
  for (const name of ['repos:read', 'repos:analyze', 'jobs:read']) {
    await inDatabase(console, scope, id, name, pictureTime - 2 * minute);
  }
}

/** Gives the demo's Acme service accounts, an Anthropic key, and a webhook that heard of its keys. */
export async function addPicturedPages(console: RunningConsole, receiver: Receiver): Promise<void> {
  await setAnthropicKey(console);
  const settings = '/api/v1/settings';
  for (const [name, description, role] of [
    ['Deploy robot', 'Gates every release.', 'engineer'],
    ['Nightly reports', 'Reads reports for the dashboard.', 'viewer'],
  ]) {
    const json = { name, description, role };
    await console.send('parent-admin', `${settings}/service-accounts`, json);
  }
  // No event follows that it would hear of, once its address is the picture's.
  const events = ['api_key.revoked', 'api_key.leaked'];
  const json = { url: receiver.url, events };
  const added = await console.send('parent-admin', `${settings}/webhooks`, json);
  const { id } = (await added.json()) as { id: string };
  for (const [label, first4, last4] of [
    ['Mobile nightly', 'xWRk', 'ZDVw'],
    ['Mobile release', 'LsuX', 'fZSs'],
  ]) {
    const key = await createKey(console, { label, sub_org_id: 2 });
    const preview = 'update api_key_secret set first4 = ?, last4 = ? where key_id = ?';
    await inDatabase(console, preview, first4, last4, key.id);
    await console.send('parent-admin', `${settings}/api-keys/${key.id}`, undefined, 'DELETE');
  }
  await receiver.arrived(2);
  const isOver = "select 1 from webhook_delivery where status <> 'delivered'";
  await expect.poll(() => rowsInDatabase(console, isOver)).toEqual([]);
  const url = 'https://hooks.acme-security.example/reporisk';
  await inDatabase(console, 'update webhook set url = ? where id = ?', url, id);
  await inDatabase(
    console,
    "update api_key set created_at = ? where label like 'Mobile %'",
    pictureTime - 90 * day,
  );
}

/** Gives the demo's Initech keys from the time before its plan was lowered. */
export async function addDormantKeys(console: RunningConsole, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const { id } = await createKey(console, { label: `Pipeline ${n}` });
    await inDatabase(console, "update api_key set org_id = 'org_demo_initech' where id = ?", id);
  }
}
