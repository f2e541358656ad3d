import { keepPreviousData } from '@tanstack/solid-query';
import type { z } from 'zod';
import type { listRepos } from '../../server/operations/assets/list.ts';
import type { getRepoReport } from '../../server/operations/assets/report.ts';
import type { listRepoScans } from '../../server/operations/assets/scans.ts';
import type { Api } from './api-context.tsx';

/** The records that an extension shares with a repository. */
export type AssetPage = z.output<(typeof listRepos)['output']>;
export type Asset = AssetPage['items'][number];
export type ScanPage = z.output<(typeof listRepoScans)['output']>;
export type Report = Omit<z.output<(typeof getRepoReport)['output']>, 'repoId'>;
export type Finding = NonNullable<Report['findings']>[number];
export type RiskLevel = Finding['severity'];
export type Environment = 'live' | 'test';

/** The differences between repositories and extensions in the API. */
export interface AssetKind {
  readonly noun: 'repos' | 'extensions';
  /** The path of a submission, and the name of the new id in its answer. */
  readonly submission: 'repos/analyze' | 'extensions/submit-url';
  readonly id: 'repoId' | 'extensionId';
}

export const repositories: AssetKind = {
  noun: 'repos',
  submission: 'repos/analyze',
  id: 'repoId',
};

export const extensions: AssetKind = {
  noun: 'extensions',
  submission: 'extensions/submit-url',
  id: 'extensionId',
};

/** What an address shows: all of an environment, or the one with the id. */
export function shownAssets(parameter: (name: string) => string | null) {
  return {
    environment: parameter('environment') === 'test' ? ('test' as const) : ('live' as const),
    id: Number(parameter('id') ?? 0),
  };
}

/** Whether a scan of it waits or runs. */
export function isScanned({ status }: Pick<Asset, 'status'>): boolean {
  return status === 'queued' || status === 'running';
}

/** The refetch interval in milliseconds while a scan is open. A hidden page fetches nothing. */
const pulse = 2_000;

interface State<Data> {
  readonly state: { readonly data?: Data | undefined };
}

export const assetQueries = {
  list: (
    { rest }: Api,
    { noun }: AssetKind,
    environment: Environment,
    cursor: string | undefined,
  ) => ({
    queryKey: ['assets', noun, 'list', environment, cursor],
    queryFn: () => rest.get<AssetPage>(noun, { environment, limit: 25, cursor }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }: State<AssetPage>) =>
      state.data?.items.some(isScanned) ? pulse : (false as const),
  }),
  one: ({ rest }: Api, { noun }: AssetKind, environment: Environment, id: number) => ({
    queryKey: ['assets', noun, 'one', environment, id],
    queryFn: () => rest.get<Asset>(`${noun}/${id}`, { environment }),
    refetchInterval: ({ state }: State<Asset>) =>
      state.data !== undefined && isScanned(state.data) ? pulse : (false as const),
  }),
  /** The newest scans. Fetched with each new state of the asset, and while one is open. */
  scans: ({ rest }: Api, { noun }: AssetKind, environment: Environment, asset: Asset) => ({
    queryKey: ['assets', noun, 'scans', environment, asset.id, asset.status, asset.updatedAt],
    queryFn: () => rest.get<ScanPage>(`${noun}/${asset.id}/scans`, { environment, limit: 10 }),
    placeholderData: keepPreviousData,
    refetchInterval: isScanned(asset) ? pulse : (false as const),
  }),
  /** The report of the last completed scan; fetched again with each new state of the asset. */
  report: ({ rest }: Api, { noun }: AssetKind, environment: Environment, asset: Asset) => ({
    queryKey: ['assets', noun, 'report', environment, asset.id, asset.status, asset.updatedAt],
    queryFn: () => rest.get<Report>(`${noun}/${asset.id}/report`, { environment }),
    placeholderData: keepPreviousData,
  }),
};

/** Submits an address for a scan; the answer is the asset's id. */
export async function submitAsset(
  { rest }: Api,
  kind: AssetKind,
  submission: { readonly url: string; readonly sub_org_id: number | null },
): Promise<number> {
  const answer = await rest.post<Record<AssetKind['id'], number>>(kind.submission, submission);
  return answer[kind.id];
}

/** Makes all cached data about repositories and extensions stale. */
export function refreshAssets({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['assets'] });
}
