import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import { type ClerkTime, clerkTime, parentIn, tierIn } from './clerk-change.ts';
import { type MemberRole, memberRole } from './session.ts';

/** An organization as Clerk lists it. */
export interface ListedOrganization {
  readonly id: string;
  readonly name: string;
  readonly tier: number | null;
  readonly parentId: string | null;
}

/** A member of an organization as Clerk lists him. */
export interface ListedMember {
  readonly userId: string;
  readonly role: MemberRole;
}

/** What Clerk's Backend API holds. Each call throws rather than answer with a part. */
export interface ClerkDirectory {
  /** The time by Clerk's clock: whatever is asked for from now on is at least as new. */
  time(): Promise<ClerkTime>;
  organizations(): Promise<ListedOrganization[]>;
  organizationExists(id: string): Promise<boolean>;
  /** All members, or those of the given users that are members. */
  members(organizationId: string, userIds?: readonly string[]): Promise<ListedMember[]>;
}

const clerkApi = 'https://api.clerk.com';

/** The most that Clerk gives at a time, and the most ids that it filters by. */
const pageSize = 500;
const filterSize = 100;

/**
 * Clerk's Backend API.
 *
 * @param options - the secret key, and for tests the address.
 */
export function createClerkDirectory(options: {
  readonly secretKey: string;
  readonly apiUrl?: string;
}): ClerkDirectory {
  const { secretKey, apiUrl = clerkApi } = options;
  const client = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });
  const { organizations } = client;
  return {
    time: () => fetchTime(apiUrl, secretKey),

    async organizations() {
      const listed = await everyPage((page) =>
        organizations.getOrganizationList({ ...page, orderBy: '+created_at' }),
      );
      return distinct(listed, ({ id }) => id).map(({ id, name, publicMetadata }) => {
        const metadata = { ...publicMetadata };
        return { id, name, tier: tierIn(metadata), parentId: parentIn(metadata) };
      });
    },

    async organizationExists(organizationId) {
      try {
        await organizations.getOrganization({ organizationId });
        return true;
      } catch (error) {
        if (isClerkAPIResponseError(error) && error.status === 404) return false;
        throw error;
      }
    },

    async members(organizationId, userIds) {
      const listed = [];
      for (const filter of filters(userIds)) {
        const members = await everyPage((page) =>
          organizations.getOrganizationMembershipList({
            organizationId,
            ...filter,
            ...page,
            orderBy: '+created_at',
          }),
        );
        listed.push(...members.map(({ publicUserData, role }) => ({ publicUserData, role })));
      }
      return distinct(listed.map(member), ({ userId }) => userId);
    },
  };
}

/**
 * The client gives no headers, so the request is its own. `Date` (RFC 9110, section 6.6.1) has whole
 * seconds, rounded down: it is never later than the answer.
 */
async function fetchTime(apiUrl: string, secretKey: string): Promise<ClerkTime> {
  const response = await fetch(new URL('/v1/organizations?limit=1', apiUrl), {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`Clerk answers ${response.status}`);
  const date = response.headers.get('date');
  const time = clerkTime(Date.parse(date ?? ''));
  if (time.toUTCString() !== date) throw new Error('Clerk answers without a time');
  return time;
}

function filters(userIds: readonly string[] | undefined): { userId?: string[] }[] {
  if (userIds === undefined) return [{}];
  const count = Math.ceil(userIds.length / filterSize);
  return Array.from({ length: count }, (_, index) => ({
    userId: userIds.slice(index * filterSize, (index + 1) * filterSize),
  }));
}

function member(listed: {
  readonly publicUserData?: { readonly userId: string } | null | undefined;
  readonly role: string;
}): ListedMember {
  if (!listed.publicUserData) throw new Error('Clerk lists a membership of nobody');
  return { userId: listed.publicUserData.userId, role: memberRole(listed.role) };
}

/** Fetches page after page, and throws when they do not add up to what Clerk says there is. */
async function everyPage<Item>(
  fetchPage: (page: { limit: number; offset: number }) => Promise<{
    data: Item[];
    totalCount: number;
  }>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const { data, totalCount } = await fetchPage({ limit: pageSize, offset: items.length });
    items.push(...data);
    if (items.length === totalCount) return items;
    if (data.length === 0 || items.length > totalCount) {
      throw new Error(`Clerk lists ${items.length} of ${totalCount}: it changed meanwhile`);
    }
  }
}

/** Refuses a list with repetitions: what shifted between pages may have pushed another out. */
function distinct<Item>(items: readonly Item[], id: (item: Item) => string): Item[] {
  const ids = new Set(items.map(id));
  if (ids.size !== items.length)
    throw new Error('Clerk lists the same twice: it changed meanwhile');
  return [...items];
}
