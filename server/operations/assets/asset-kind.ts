import { z } from 'zod';
import { type Environment, inSubOrgScope, type Refusal, refusals } from '../../../core/mod.ts';
import { columnsOf } from '../../database/columns.ts';
import { integer } from '../../wire/fields.ts';
import { notFound, refused } from '../../wire/problem.ts';
import type { InputSchema, OperationContext } from '../operation.ts';
import { type OwnRecords, ownRecords } from '../own-records.ts';
import { type Asset, assetRecord } from './asset.ts';
import { environment, environmentOf } from './environment.ts';

/** One asset, as a caller asks for it. */
export interface Wanted {
  readonly id: number;
  /** The environment, where the caller names one. */
  readonly asked: Environment | undefined;
}

/** The differences between repositories and extensions. */
export interface AssetKind<Input extends InputSchema = InputSchema> {
  /** The noun of the operations' names. */
  readonly noun: 'repos' | 'extensions';
  readonly readScope: string;
  /** The noun's forms within a sentence. */
  readonly words: { readonly one: string; readonly many: string; readonly withArticle: string };
  /** Its title in a 404. */
  readonly title: string;
  /** The refusal of an asset outside the caller's sub-org. */
  readonly outside: Refusal;
  /** The input of an operation on one asset. */
  readonly input: Input;
  wanted(input: z.output<Input>): Wanted;
  /** The column of its jobs that holds its id. */
  readonly jobColumn: 'repo_id' | 'extension_id';
  readonly records: OwnRecords<Asset>;
}

function assetsIn(table: string): OwnRecords<Asset> {
  return ownRecords({ table, as: 'a', id: 'number', columns: columnsOf(assetRecord, 'a') });
}

export const repositories = assetKind({
  noun: 'repos',
  readScope: 'repos:read',
  words: { one: 'repository', many: 'repositories', withArticle: 'A repository' },
  title: 'Repository',
  outside: refusals.repository_out_of_scope,
  input: z.strictObject({ repoId: integer(), environment: environment.optional() }),
  wanted: ({ repoId, environment: asked }) => ({ id: repoId, asked }),
  jobColumn: 'repo_id',
  records: assetsIn('repo'),
});

export const extensions = assetKind({
  noun: 'extensions',
  readScope: 'extensions:read',
  words: { one: 'extension', many: 'extensions', withArticle: 'An extension' },
  title: 'Extension',
  outside: refusals.extension_out_of_scope,
  input: z.strictObject({ extensionId: integer(), environment: environment.optional() }),
  wanted: ({ extensionId, environment: asked }) => ({ id: extensionId, asked }),
  jobColumn: 'extension_id',
  records: assetsIn('extension'),
});

/**
 * The caller's asset with this id and environment.
 *
 * @throws {Problem} 404 when there is none, 403 when it is outside the caller's sub-org.
 */
export async function findAsset(
  kind: AssetKind,
  work: OperationContext,
  { id, asked }: Wanted,
): Promise<Asset> {
  const { principal } = work;
  const environment = environmentOf(principal, asked);
  const asset = await kind.records.newest(work, { id, environment });
  if (asset === null) throw notFound(kind.title);
  if (!inSubOrgScope(principal.subOrgId, asset.subOrgId)) throw refused(kind.outside);
  return asset;
}

function assetKind<Input extends InputSchema>(kind: AssetKind<Input>): AssetKind<Input> {
  return kind;
}
