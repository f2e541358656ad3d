import { LockMode } from '@mikro-orm/core';
import { Extension } from '../database/entities/extension.ts';
import type { Job } from '../database/entities/job.ts';
import { Repo } from '../database/entities/repo.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Value } from '../database/prepared.ts';
import { rowsWithin } from '../database/rows.ts';
import { storedJson } from '../database/stored-json.ts';
import { readScanResult } from './scan-result.ts';

/** A scan, as far as it concerns its asset. */
export type AssetScan = Pick<Job, 'orgId' | 'repoId' | 'extensionId'>;

/**
 * Gives the asset of a scan the status of its newest scan that was not cancelled, or `failed` where
 * there is none, and the risk that its newest completed scan found.
 *
 * @param em - the transaction's, in which the scan has its new status already.
 * @param scan - any other job is ignored.
 */
export function settleAsset(em: EntityManager, scan: AssetScan, now: Date): Promise<void> {
  return settleAssets(em, [scan], now);
}

/** The same for the assets of many scans, by a few statements for all of them. */
export async function settleAssets(
  em: EntityManager,
  scans: readonly AssetScan[],
  now: Date,
): Promise<void> {
  await settleTable(em, 'repo', byAsset(scans, 'repoId'), now);
  await settleTable(em, 'extension', byAsset(scans, 'extensionId'), now);
}

/** The ids of the assets of scans, each with the organizations whose scans name it. */
function byAsset(scans: readonly AssetScan[], column: 'repoId' | 'extensionId') {
  const named = new Map<number, Set<string | null>>();
  for (const scan of scans) {
    const id = scan[column] ?? null;
    if (id === null) continue;
    const owners = named.get(id) ?? new Set();
    named.set(id, owners.add(scan.orgId ?? null));
  }
  return named;
}

/** An asset as its scans have it. */
interface Scanned {
  readonly id: number;
  readonly org: string;
  readonly last: string | null;
  readonly result: string | null;
}

async function settleTable(
  em: EntityManager,
  table: 'repo' | 'extension',
  owners: ReadonlyMap<number, ReadonlySet<string | null>>,
  now: Date,
): Promise<void> {
  if (owners.size === 0) return;
  const { dialect, all } = rowsWithin(em);
  const isAmong = dialect.amongIntegers('a.id');
  const ids = JSON.stringify([...owners.keys()]);
  // Locked first, or an uncommitted submission would be missed; in the order of their ids: of two that
  // lock some of the same, neither waits for the other's.
  const lock = dialect.forUpdate('a');
  if (lock !== '')
    await all(`select 1 from ${table} a where ${isAmong} order by a.id ${lock}`, [ids]);
  const newest = (column: string, condition: string) =>
    `(select ${column} from job j where j.${table}_id = a.id and j.org_id = a.org_id and ${condition}
      order by j.id desc limit 1)`;
  const scanned = await all<Scanned>(
    `select a.id, a.org_id as org, ${newest('j.status', "j.status <> 'cancelled'")} as last,
       ${newest(dialect.jsonText('j.result'), "j.status = 'completed'")} as result
     from ${table} a where ${isAmong}`,
    [ids],
  );
  /** The ids of assets that get the same values. */
  const groups = new Map<string, { readonly values: Value[]; readonly ids: number[] }>();
  for (const { id, org, last, result } of scanned) {
    // Never another organization's, whatever a row says that a statement by hand wrote.
    if (owners.get(id)?.has(org) !== true) continue;
    const risk = readScanResult(storedJson(result));
    const values = [last ?? 'failed', risk?.risk_level ?? null, risk?.risk_score ?? null];
    const group = JSON.stringify(values);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, { values, ids: [id] });
    else known.ids.push(id);
  }
  for (const group of groups.values()) {
    await all(
      `update ${table} set status = ?, risk_level = coalesce(?, risk_level),
         risk_score = coalesce(?, risk_score), updated_at = ?
       where ${dialect.amongIntegers('id')}`,
      [...group.values, now, JSON.stringify(group.ids)],
    );
  }
}

/** A repository or an extension. */
export type Asset = Repo | Extension;

/**
 * Locks the assets of scans and returns them by their ids. A new scan needs it before its job: the
 * job's reference locks the asset too, and of two that hold that lock neither gets this one.
 *
 * @param orgId - never another organization's, whatever a row says that a statement by hand wrote.
 */
export async function lockAssets(
  em: EntityManager,
  orgId: string,
  scans: readonly Pick<Job, 'repoId' | 'extensionId'>[],
) {
  // In the order of their ids: of two that lock some of the same, neither waits for the other's.
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;
  const repoIds = scans.flatMap(({ repoId }) => repoId ?? []);
  const extensionIds = scans.flatMap(({ extensionId }) => extensionId ?? []);
  const byId = <Each extends Asset>(found: readonly Each[]) =>
    new Map(found.map((each) => [each.id, each] as const));
  return {
    repos: byId(await em.find(Repo, { id: { $in: repoIds }, orgId }, locked)),
    extensions: byId(await em.find(Extension, { id: { $in: extensionIds }, orgId }, locked)),
  };
}
