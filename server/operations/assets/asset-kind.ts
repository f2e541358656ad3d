import { z } from 'zod';
import { type Environment, inSubOrgScope, type Refusal, refusals } from '../../../core/mod.ts';
import { Extension } from '../../database/entities/extension.ts';
import { Repo } from '../../database/entities/repo.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { integer } from '../../wire/fields.ts';
import { notFound, refused } from '../../wire/problem.ts';
import { listById } from '../list-by-id.ts';
import type { InputSchema, OperationContext } from '../operation.ts';
import type { Asset } from './asset.ts';
import { environment, environmentOf } from './environment.ts';

interface Where {
  readonly id?: number;
  readonly orgId: string;
  readonly environment: Environment;
  readonly subOrgId?: number;
}

interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Page {
  readonly items: readonly Asset[];
  readonly nextCursor: string | null;
}

/** One asset, as a caller asks for it. */
interface Wanted {
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
  /** Its jobs. */
  jobs(id: number): { readonly repoId: number } | { readonly extensionId: number };
  find(em: EntityManager, where: Where): Promise<Asset | null>;
  list(em: EntityManager, where: Where, paging: Paging): Promise<Page>;
}

export const repositories = assetKind({
  noun: 'repos',
  readScope: 'repos:read',
  words: { one: 'repository', many: 'repositories', withArticle: 'A repository' },
  title: 'Repository',
  outside: refusals.repository_out_of_scope,
  input: z.strictObject({ repoId: integer(), environment: environment.optional() }),
  wanted: ({ repoId, environment: asked }) => ({ id: repoId, asked }),
  jobs: (repoId) => ({ repoId }),
  find: (em, where) => em.findOne(Repo, where),
  list: (em, where, paging) => listById(em, Repo, where, paging),
});

export const extensions = assetKind({
  noun: 'extensions',
  readScope: 'extensions:read',
  words: { one: 'extension', many: 'extensions', withArticle: 'An extension' },
  title: 'Extension',
  outside: refusals.extension_out_of_scope,
  input: z.strictObject({ extensionId: integer(), environment: environment.optional() }),
  wanted: ({ extensionId, environment: asked }) => ({ id: extensionId, asked }),
  jobs: (extensionId) => ({ extensionId }),
  find: (em, where) => em.findOne(Extension, where),
  list: (em, where, paging) => listById(em, Extension, where, paging),
});

/**
 * The caller's asset with this id and environment.
 *
 * @throws {Problem} 404 when there is none, 403 when it is outside the caller's sub-org.
 */
export async function findAsset(
  kind: AssetKind,
  { em, principal }: OperationContext,
  { id, asked }: Wanted,
): Promise<Asset> {
  const orgId = principal.organization.id;
  const asset = await kind.find(em, { id, orgId, environment: environmentOf(principal, asked) });
  if (asset === null) throw notFound(kind.title);
  if (!inSubOrgScope(principal.subOrgId, asset.subOrgId ?? null)) throw refused(kind.outside);
  return asset;
}

function assetKind<Input extends InputSchema>(kind: AssetKind<Input>): AssetKind<Input> {
  return kind;
}
