import { addOrganization } from '../operations/organizations/add.ts';
import { listOrganizations } from '../operations/organizations/list.ts';
import { setOrganizationTier } from '../operations/organizations/set-tier.ts';
import { snakeKeys } from '../wire/case.ts';
import { type Command, UsageError } from './command.ts';
import { everyItem } from './context.ts';
import { listResult } from './table.ts';

type Tier = 1 | 2 | 3 | 'clerk';
const tiers: readonly Tier[] = [1, 2, 3, 'clerk'];

function readTier(text: string, permitted: readonly Tier[]): Tier {
  const tier = permitted.find((each) => String(each) === text);
  if (tier === undefined) throw new UsageError(`--tier takes ${permitted.join(', ')}`);
  return tier;
}

const add: Command = {
  name: 'org add',
  usage: '--clerk-id ID --name N --tier 1|2|3',
  summary: 'Make a Clerk organization a customer',
  options: ['clerk-id', 'name', 'tier'],
  async run(context, given) {
    const organization = await context.execute(addOrganization, null, {
      clerkId: given.needed('clerk-id'),
      name: given.needed('name'),
      tier: Number(readTier(given.needed('tier'), [1, 2, 3])),
    });
    const { clerkId, name, tier } = organization;
    const text = `Added ${name} (${clerkId}) with tier ${tier}`;
    return { json: snakeKeys(organization), text };
  },
};

const setTier: Command = {
  name: 'org set-tier',
  usage: '--clerk-id ID --tier 1|2|3|clerk',
  summary: "Pin an organization's tier, or leave it to Clerk's metadata again",
  options: ['clerk-id', 'tier'],
  async run(context, given) {
    const organization = await context.execute(setOrganizationTier, given.needed('clerk-id'), {
      tier: readTier(given.needed('tier'), tiers),
    });
    const { clerkId, tier, tierPinned } = organization;
    const by = tierPinned ? 'pinned' : "by Clerk's metadata";
    return { json: snakeKeys(organization), text: `${clerkId} has tier ${tier ?? 'none'}, ${by}` };
  },
};

const list: Command = {
  name: 'org list',
  usage: '',
  summary: 'List the organizations',
  async run(context) {
    const items = await everyItem((page) => context.execute(listOrganizations, null, page));
    return listResult(
      items,
      {
        'CLERK ID': ({ clerkId }) => clerkId,
        NAME: ({ name }) => name,
        TIER: ({ tier, tierPinned }) => (tierPinned ? `${tier} (pinned)` : tier),
        STATUS: ({ deletedAt }) => (deletedAt === null ? 'active' : 'deleted'),
      },
      'No organization yet: org add makes one',
    );
  },
};

export const organizationCommands: readonly Command[] = [add, setTier, list];
