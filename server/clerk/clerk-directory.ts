import { createPublicKey } from 'node:crypto';
import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import { clerkIdPattern, type MemberRole, memberRole } from '../sessions/session.ts';
import { type ClerkTime, clerkTime } from './clerk-change.ts';
import { type ListedOrganization, readOrganization } from './clerk-organization.ts';
import { memberName } from './member-name.ts';

/** A member of an organization in Clerk's list. */
export interface ListedMember {
  readonly userId: string;
  readonly role: MemberRole;
  /** The user's name; null where no visible character is left. */
  readonly name: string | null;
}

/** The readable items of a list, and the number of unreadable ones. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly skipped: number;
}

/**
 * Clerk's Backend API. A list can be inconsistent: Clerk pages by offset, and a deletion during the
 * fetch moves the first item of the next page out of sight. Absence from a list proves nothing;
 * `organizationExists` and `members` by id are proof.
 *
 * Each call throws when Clerk is unreachable, or the signal is aborted.
 */
export interface ClerkDirectory {
  /** The time by Clerk's clock: responses to later requests are at least as new. */
  time(signal?: AbortSignal): Promise<ClerkTime>;
  /**
   * Whether Clerk signs with the key that verifies sessions here: proof that the instance is ours.
   */
  isOurInstance(signal?: AbortSignal): Promise<boolean>;
  organizations(signal?: AbortSignal): Promise<Listed<ListedOrganization>>;
  organizationExists(id: string, signal?: AbortSignal): Promise<boolean>;
  /** All members, or the members among the given users. */
  members(
    organizationId: string,
    options?: { readonly userIds?: readonly string[]; readonly signal?: AbortSignal | undefined },
  ): Promise<Listed<ListedMember>>;
}

const clerkApi = 'https://api.clerk.com';

/** Clerk's maximum of items per page and of ids per filter. */
const pageSize = 500;
const filterSize = 100;

/**
 * Clerk's Backend API.
 *
 * @param options - the secret key, the instance's public key (PEM), and for tests the address.
 */
export function createClerkDirectory(options: {
  readonly secretKey: string;
  readonly jwtKey: string;
  readonly apiUrl?: string;
}): ClerkDirectory {
  const { secretKey, jwtKey, apiUrl = clerkApi } = options;
  const client = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });
  const { organizations } = client;
  return {
    time: (signal) => unlessAborted(fetchTime(apiUrl, secretKey), signal),

    async isOurInstance(signal) {
      const { n: ours } = createPublicKey(jwtKey).export({ format: 'jwk' });
      const { keys = [] } = await unlessAborted(client.jwks.getJwks(), signal);
      return keys.some((key) => 'n' in key && key.n === ours);
    },

    organizations: (signal) =>
      everyPage({
        fetchPage: (page) => organizations.getOrganizationList({ ...page, orderBy: '+created_at' }),
        read: ({ id, name, publicMetadata }) =>
          clerkIdPattern.test(id) ? readOrganization(id, name, { ...publicMetadata }) : null,
        idOf: ({ id }) => id,
        signal,
      }),

    async organizationExists(organizationId, signal) {
      try {
        await unlessAborted(organizations.getOrganization({ organizationId }), signal);
        return true;
      } catch (error) {
        if (isClerkAPIResponseError(error) && error.status === 404) return false;
        throw error;
      }
    },

    async members(organizationId, { userIds, signal } = {}) {
      const items: ListedMember[] = [];
      let skipped = 0;
      for (const filter of filters(userIds)) {
        const listed = await everyPage({
          fetchPage: (page) =>
            organizations.getOrganizationMembershipList({
              organizationId,
              ...filter,
              ...page,
              orderBy: '+created_at',
            }),
          read: readMember,
          idOf: ({ userId }) => userId,
          signal,
        });
        for (const item of listed.items) items.push(item);
        skipped += listed.skipped;
      }
      return { items, skipped };
    },
  };
}

/**
 * A request without the client, because the client does not expose headers. `Date` (RFC 9110,
 * section 6.6.1) has whole seconds, rounded down: it is never later than the response.
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

function readMember(listed: {
  readonly publicUserData?:
    | {
        readonly userId: string;
        readonly firstName?: string | null;
        readonly lastName?: string | null;
        readonly identifier?: string | null;
      }
    | null
    | undefined;
  readonly role: string;
}): ListedMember | null {
  const { publicUserData: user } = listed;
  if (user == null || !clerkIdPattern.test(user.userId)) return null;
  const name = memberName(user.firstName, user.lastName, user.identifier);
  return { userId: user.userId, role: memberRole(listed.role), name };
}

interface Pages<Item, Read> {
  readonly fetchPage: (page: { limit: number; offset: number }) => Promise<{
    data: Item[];
    totalCount: number;
  }>;
  /** Null for an unreadable item. */
  readonly read: (item: Item) => Read | null;
  readonly idOf: (item: Read) => string;
  readonly signal: AbortSignal | undefined;
}

/** Fetches page after page. When pages shift, an item can come twice; the later copy wins. */
async function everyPage<Item, Read>(pages: Pages<Item, Read>): Promise<Listed<Read>> {
  const { fetchPage, read, idOf, signal } = pages;
  const found = new Map<string, Read>();
  let skipped = 0;
  for (let offset = 0; ; ) {
    const page = fetchPage({ limit: pageSize, offset });
    const { data, totalCount } = await unlessAborted(page, signal);
    for (const item of data) {
      const known = read(item);
      if (known === null) skipped += 1;
      else found.set(idOf(known), known);
    }
    offset += data.length;
    if (data.length === 0 || offset >= totalCount) return { items: [...found.values()], skipped };
  }
}

/** Clerk's client takes no signal: the request in flight continues, and its result is ignored. */
async function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
