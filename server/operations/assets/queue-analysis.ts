import { hasWorkingKey, noWorkingKey } from '../../anthropic/stored-key.ts';
import type { ScanInput } from '../../assets/scan-input.ts';
import type { Job } from '../../database/entities/job.ts';
import { queueJob } from '../../queue/queue-job.ts';
import { Problem } from '../../wire/problem.ts';
import { marketplaceItem } from '../../wire/submitted-url.ts';
import type { OperationContext } from '../operation.ts';
import { environmentOf } from './environment.ts';

/** A scan of an asset. */
type Scan = { readonly subOrgId: number | null; readonly input: ScanInput } & (
  | { readonly type: 'repo_analysis'; readonly repoId: number }
  | { readonly type: 'extension_analysis'; readonly extensionId: number }
);

/**
 * Queues the analysis of an asset, in the transaction that stores it.
 *
 * @returns the job's id.
 */
export async function queueAnalysis(work: OperationContext, scan: Scan): Promise<string> {
  const { em, now, services } = work;
  const job = analysis(work, scan, environmentOf(work.principal));
  await queueJob(em, services.database.rowMacs, job, now);
  return job.id;
}

/** The job of an analysis that the caller asks for. */
export function analysis(
  { principal, newId }: OperationContext,
  scan: Scan,
  environment: Job['environment'],
) {
  const createdBy = principal.key?.id ?? principal.userId;
  return { ...scan, id: newId('job'), orgId: principal.organization.id, createdBy, environment };
}

/**
 * Live scans need a working Anthropic key of the organization; the sandbox needs none.
 *
 * @throws {Problem} 409.
 */
export async function assertMayScan(
  { em, principal, services }: OperationContext,
  environment: Job['environment'] = environmentOf(principal),
): Promise<void> {
  if (environment === 'test') return;
  if (await hasWorkingKey(em, principal.organization.id, services)) return;
  throw new Problem(409, noWorkingKey, {}, 'no_anthropic_key');
}

/** The path of an address without slashes and `.git`, for example `owner/name`; else its host. An item
 * of the Visual Studio Marketplace has its own name. */
export function nameOfUrl(url: string): string {
  const parsed = new URL(url);
  const { hostname, pathname, searchParams } = parsed;
  // The one marketplace whose pages all have the same path.
  if (marketplaceItem(parsed)?.marketplace === 'visual-studio') {
    const item = searchParams.get('itemName') ?? '';
    if (/^[\w.-]{1,200}$/.test(item)) return item;
  }
  return pathname.replace(/^\/+|(\.git)?\/*$/g, '') || hostname;
}
