import { newId } from '../../core/mod.ts';
import { sampleReports } from '../assets/sample-reports.ts';
import { toScanResult } from '../assets/scan-result.ts';
import { neverTold } from '../clerk/clerk-change.ts';
import { writeSubOrgLink } from '../clerk/sub-org-link.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import { Extension } from '../database/entities/extension.ts';
import { Job } from '../database/entities/job.ts';
import { Membership } from '../database/entities/membership.ts';
import { Organization } from '../database/entities/organization.ts';
import { Repo } from '../database/entities/repo.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type JobOrder, jobFields } from '../queue/queue-job.ts';
import { searchText } from '../wire/search-text.ts';
import { extensionUrl, repositoryUrl } from '../wire/submitted-url.ts';

interface DemoOrganization {
  readonly id: string;
  readonly name: string;
  readonly tier: number;
  readonly subOrgs: readonly DemoSubOrg[];
  readonly repos: readonly Asset[];
  readonly extensions: readonly Asset[];
}

interface DemoSubOrg {
  readonly name: string;
  readonly clerkId?: string;
}

interface Asset {
  readonly url: string;
  /** The outcome of its scan: a sample report, or none. */
  readonly scan: keyof typeof sampleReports | 'failed' | 'cancelled';
  /** Name of the repo's sub-org. */
  readonly subOrg?: string;
}

const github = 'https://github.com';
const marketplace = 'https://marketplace.visualstudio.com/items?itemName';

const demoOrganizations: readonly DemoOrganization[] = [
  {
    id: 'org_demo_acme',
    name: 'Acme Security',
    tier: 3,
    subOrgs: [{ name: 'Payments' }, { name: 'Mobile', clerkId: 'org_demo_acme_mobile' }],
    repos: [
      { url: `${github}/acme-security/ledger`, scan: 'low', subOrg: 'Payments' },
      { url: `${github}/acme-security/card-vault`, scan: 'critical', subOrg: 'Payments' },
      { url: `${github}/acme-security/wallet-ios`, scan: 'medium', subOrg: 'Mobile' },
      { url: `${github}/acme-security/wallet-android`, scan: 'failed', subOrg: 'Mobile' },
      { url: `${github}/acme-security/website`, scan: 'high' },
    ],
    extensions: [
      { url: `${marketplace}=acme-security.ledger-tools`, scan: 'low', subOrg: 'Payments' },
      { url: `${marketplace}=acme-security.wallet-preview`, scan: 'cancelled', subOrg: 'Mobile' },
    ],
  },
  {
    id: 'org_demo_globex',
    name: 'Globex',
    tier: 3,
    subOrgs: [{ name: 'Research' }],
    repos: [{ url: `${github}/globex-demo/orbit`, scan: 'medium', subOrg: 'Research' }],
    extensions: [],
  },
  { id: 'org_demo_initech', name: 'Initech', tier: 1, subOrgs: [], repos: [], extensions: [] },
];

/** Personas of the demo, members of its first organization. */
const demoMembers = [
  { userId: 'user_demo_parent_admin', role: 'admin', name: 'Demo Admin' },
  { userId: 'user_demo_parent_member', role: 'member', name: 'Demo Member' },
] as const;

/**
 * Creates the demo's organizations, unless they exist: later changes are kept.
 *
 * @param now - Unix milliseconds.
 */
export async function seedDemo(database: Database, now: number): Promise<void> {
  const at = new Date(now);
  await database.transaction(async (em) => {
    for (const organization of demoOrganizations) {
      if (await insertOrganization(em, organization, at)) {
        await fill(em, database.rowMacs, organization, at);
      }
    }
  });
}

async function insertOrganization(
  em: EntityManager,
  { id, name, tier }: DemoOrganization,
  at: Date,
): Promise<boolean> {
  const state = { tierPinned: true, clerkTier: null, isDemo: true, deletedAt: null };
  const times = { asOf: neverTold, createdAt: at, updatedAt: at };
  const { affectedRows } = await em
    .createQueryBuilder(Organization)
    .insert({ id, name, tier, ...state, ...times })
    .onConflict('id')
    .ignore()
    .execute('run');
  return affectedRows === 1;
}

async function fill(
  em: EntityManager,
  rowMacs: RowMacs,
  organization: DemoOrganization,
  at: Date,
): Promise<void> {
  const { id: orgId, subOrgs, repos, extensions } = organization;
  if (orgId === 'org_demo_acme') {
    const members = demoMembers.map((member) => ({
      ...{ ...member, clerkOrgId: orgId, active: true, asOf: neverTold },
      nameSearch: searchText([member.name]),
    }));
    await em.insertMany(Membership, members);
  }
  const ids = new Map<string, number>();
  for (const { name, clerkId = null } of subOrgs) {
    const state = { archivedAt: null, removedAt: null, asOf: null };
    const id = await em.insert(SubOrg, { orgId, name, ...state, createdAt: at });
    if (clerkId !== null) await writeSubOrgLink(em, rowMacs, { id, orgId }, clerkId);
    ids.set(name, id);
  }
  const owner = ({ subOrg = '' }: Asset) => ({ orgId, subOrgId: ids.get(subOrg) ?? null });
  for (const repo of repos) {
    const name = repo.url.slice(`${github}/`.length);
    const address = repositoryUrl(repo.url);
    const values = { ...owner(repo), ...scanned(repo, name, at), ...address };
    const repoId = await em.insert(Repo, values);
    const order = { ...owner(repo), repoId, input: { url: address.url } };
    await insertScan(em, rowMacs, { ...order, type: 'repo_analysis' }, repo, at);
  }
  for (const extension of extensions) {
    const name = extension.url.slice(`${marketplace}=`.length);
    const address = extensionUrl(extension.url);
    const file = { fileSha256: null, fileSize: null };
    const values = { ...owner(extension), ...file, ...scanned(extension, name, at), ...address };
    const extensionId = await em.insert(Extension, values);
    const order = { ...owner(extension), extensionId, input: { url: address.url } };
    await insertScan(em, rowMacs, { ...order, type: 'extension_analysis' }, extension, at);
  }
}

/** An asset as its scan left it. */
function scanned({ scan }: Asset, name: string, at: Date) {
  const report = reportOf(scan);
  const status = report === null ? ('failed' as const) : ('completed' as const);
  const risk = { riskLevel: report?.riskLevel ?? null, riskScore: report?.riskScore ?? null };
  return { name, status, ...risk, createdAt: at, updatedAt: at };
}

function reportOf(scan: Asset['scan']) {
  return scan === 'failed' || scan === 'cancelled' ? null : sampleReports[scan];
}

/** Inserts a scan that has ended. */
async function insertScan(
  em: EntityManager,
  rowMacs: RowMacs,
  order: Omit<JobOrder, 'id'>,
  { scan }: Asset,
  at: Date,
): Promise<void> {
  const job = { ...order, id: newId('job', at.getTime()) };
  const report = reportOf(scan);
  await em.insert(Job, {
    ...job,
    mac: rowMacs.make('job', jobFields(job)),
    status: scan === 'failed' || scan === 'cancelled' ? scan : 'completed',
    ...(report === null ? {} : { progress: 100, total: 100, result: { ...toScanResult(report) } }),
    errorMessage: scan === 'failed' ? 'The repository is private or does not exist' : null,
    ...{ startedAt: at, completedAt: at, createdAt: at, updatedAt: at },
  });
}
