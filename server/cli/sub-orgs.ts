import { SubOrg } from '../database/entities/sub-org.ts';
import { addSubOrg } from '../operations/sub-orgs/add.ts';
import { archiveSubOrg } from '../operations/sub-orgs/archive.ts';
import { listSubOrgs } from '../operations/sub-orgs/list.ts';
import { snakeKeys } from '../wire/case.ts';
import { notFound } from '../wire/problem.ts';
import { type Command, UsageError } from './command.ts';
import { everyItem } from './context.ts';
import { listResult } from './table.ts';

const add: Command = {
  name: 'sub-org add',
  usage: '--org CLERK_ID --name N [--clerk-id ID]',
  summary: 'Add a sub-organization, with a Clerk organization of its own or without',
  options: ['org', 'name', 'clerk-id'],
  async run(context, given) {
    const subOrg = await context.execute(addSubOrg, given.needed('org'), {
      name: given.needed('name'),
      clerkId: given.option('clerk-id') ?? null,
    });
    const text = `Added sub-organization ${subOrg.id}, ${subOrg.name}`;
    return { json: snakeKeys(subOrg), text };
  },
};

const archive: Command = {
  name: 'sub-org archive',
  usage: 'ID',
  summary: 'Archive a sub-organization and revoke its API keys',
  positionals: ['ID'],
  async run(context, { positionals: [text = ''] }) {
    const id = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(id)) throw new UsageError('ID is a number');
    // Ids are unique in the installation: the operator need not name the organization.
    const { services } = await context.installation();
    const found = await services.database.read().findOne(SubOrg, { id });
    if (found === null) throw notFound('Sub-organization');
    const subOrg = await context.execute(archiveSubOrg, found.orgId, { id });
    return { json: snakeKeys(subOrg), text: `Archived ${subOrg.name}: its API keys are revoked` };
  },
};

const list: Command = {
  name: 'sub-org list',
  usage: '--org CLERK_ID',
  summary: "List an organization's sub-organizations",
  options: ['org'],
  async run(context, given) {
    const org = given.needed('org');
    const items = await everyItem((page) => context.execute(listSubOrgs, org, page));
    return listResult(
      items,
      {
        ID: ({ id }) => id,
        NAME: ({ name }) => name,
        'CLERK ID': ({ clerkId }) => clerkId,
        STATUS: ({ archivedAt }) => (archivedAt === null ? 'active' : 'archived'),
      },
      'No sub-organization yet: sub-org add makes one',
    );
  },
};

export const subOrgCommands: readonly Command[] = [add, archive, list];
