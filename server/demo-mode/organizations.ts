import { newId } from '../../core/mod.ts';
import { neverTold } from '../clerk/clerk-change.ts';
import { writeSubOrgLink } from '../clerk/sub-org-link.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import { Extension } from '../database/entities/extension.ts';
import type { Job } from '../database/entities/job.ts';
import { Membership } from '../database/entities/membership.ts';
import { Organization } from '../database/entities/organization.ts';
import { Repo } from '../database/entities/repo.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { queueJob } from '../queue/queue-job.ts';
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
      { url: `${github}/acme-security/ledger`, subOrg: 'Payments' },
      { url: `${github}/acme-security/card-vault`, subOrg: 'Payments' },
      { url: `${github}/acme-security/wallet-ios`, subOrg: 'Mobile' },
      { url: `${github}/acme-security/wallet-android`, subOrg: 'Mobile' },
      { url: `${github}/acme-security/website` },
    ],
    extensions: [
      { url: `${marketplace}=acme-security.ledger-tools`, subOrg: 'Payments' },
      { url: `${marketplace}=acme-security.wallet-preview`, subOrg: 'Mobile' },
    ],
  },
  {
    id: 'org_demo_globex',
    name: 'Globex',
    tier: 3,
    subOrgs: [{ name: 'Research' }],
    repos: [{ url: `${github}/globex-demo/orbit`, subOrg: 'Research' }],
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
    const repoId = await em.insert(Repo, {
      ...{ ...owner(repo), ...queued(name, at) },
      ...repositoryUrl(repo.url),
    });
    await enqueue(
      em,
      rowMacs,
      { ...owner(repo), repoId, extensionId: null, type: 'repo_analysis' },
      at,
    );
  }
  for (const extension of extensions) {
    const name = extension.url.slice(`${marketplace}=`.length);
    const values = { ...owner(extension), fileSha256: null, fileSize: null };
    const extensionId = await em.insert(Extension, {
      ...{ ...values, ...queued(name, at) },
      ...extensionUrl(extension.url),
    });
    const job = { ...owner(extension), repoId: null, extensionId };
    await enqueue(em, rowMacs, { ...job, type: 'extension_analysis' }, at);
  }
}

function queued(name: string, at: Date) {
  const status = 'queued' as const;
  return { name, status, riskLevel: null, riskScore: null, createdAt: at, updatedAt: at };
}

function enqueue(
  em: EntityManager,
  rowMacs: RowMacs,
  job: Pick<Job, 'orgId' | 'subOrgId' | 'repoId' | 'extensionId' | 'type'>,
  at: Date,
): Promise<void> {
  return queueJob(em, rowMacs, { ...job, id: newId('job', at.getTime()) }, at);
}
