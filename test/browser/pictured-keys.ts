import type { RunningConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';

/** The present, in the pictures. */
export const pictureTime: number = Date.parse('2026-03-12T14:20:00Z');

const minute = 60_000;
const day = 1440 * minute;

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
}

/** A key in each state, as an organization has them after some months. */
const keys: readonly PicturedKey[] = [
  { label: 'CI Pipeline', preview: ['p7Rk', 'Q2xv'], subOrg: 1, created: 3, used: 2, expires: 87 },
  { label: 'Release gate', preview: ['Zt4m', 'w9Le'], subOrg: 2, created: 11, used: 55 },
  { label: 'Nightly audit', preview: ['b1Xc', 'K8ns'], created: 26, used: 740, retiring: 20 },
  { label: 'Sandbox', preview: ['9sYd', 'Tj3a'], environment: 'test', created: 28, expires: 12 },
  { label: 'Vendor intake', preview: ['Hq6w', 'e5Bz'], created: 48, used: 2900, expires: 42 },
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
  }
}

/** Gives the demo's Initech keys from the time before its plan was lowered. */
export async function addDormantKeys(console: RunningConsole, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const { id } = await createKey(console, { label: `Pipeline ${n}` });
    await inDatabase(console, "update api_key set org_id = 'org_demo_initech' where id = ?", id);
  }
}
