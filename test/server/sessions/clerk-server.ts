import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClerkDirectory } from '../../../server/clerk/clerk-directory.ts';
import { testTime } from './tokens.ts';

/** An instance's key, as its dashboard and its API show it. */
function instanceKey() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { pem, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'ins_test', alg: 'RS256' } };
}

const clerkKey = instanceKey();

export interface ServedOrganization {
  id: string;
  name: string;
  metadata: Record<string, unknown>;
  /** Role keys by user id. */
  members: Record<string, string>;
}

/**
 * A server that speaks Clerk's Backend API, as far as the directory asks, and its client. Its clock is
 * its own.
 */
export async function clerkServer(organizations: ServedOrganization[]) {
  const requests: string[] = [];
  const faults: {
    /** Requests whose address matches are answered with 500. */
    failing?: RegExp;
    /** Objects that whole lists leave out, though a request by id finds them. */
    hide?: (id: string) => boolean;
    /** The total that the answer claims. */
    total?: number;
    /** The `Date` of its answers in place of its clock's; null for none. */
    date?: string | null;
    /** Requests whose address matches are never answered. */
    hanging?: RegExp;
    /** The key that signs in place of its own. */
    jwk?: object;
  } = {};
  const clock = { now: testTime };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://clerk');
    requests.push(url.pathname + url.search);
    const answer = (status: number, body: unknown) => {
      const { date = new Date(clock.now).toUTCString() } = faults;
      response.sendDate = false;
      if (date !== null) response.setHeader('date', date);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const refuse = (status: number) => answer(status, { errors: [{ code: 'x', message: 'x' }] });
    if (request.headers.authorization !== 'Bearer sk_test_1') return refuse(401);
    if (faults.hanging?.test(request.url ?? '')) return;
    if (faults.failing?.test(request.url ?? '')) return refuse(500);
    const page = (items: object[]) => {
      const limit = Number(url.searchParams.get('limit') ?? 10);
      const offset = Number(url.searchParams.get('offset') ?? 0);
      const data = items.slice(offset, offset + limit);
      answer(200, { data, total_count: faults.total ?? items.length });
    };
    if (url.pathname === '/v1/jwks') return answer(200, { keys: [faults.jwk ?? clerkKey.jwk] });
    const [, , , id, members] = url.pathname.split('/');
    if (id === undefined) {
      const shown = organizations.filter((each) => !faults.hide?.(each.id));
      return page(shown.map(organizationJson));
    }
    const found = organizations.find((each) => each.id === id);
    if (found === undefined) return refuse(404);
    if (members === undefined) return answer(200, organizationJson(found));
    const wanted = url.searchParams.getAll('user_id');
    const all = Object.entries(found.members).filter(([userId]) =>
      wanted.length === 0 ? !faults.hide?.(userId) : wanted.includes(userId),
    );
    page(all.map(([userId, role]) => membershipJson(found, userId, role)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const apiUrl = `http://127.0.0.1:${port}`;
  return {
    directory: createClerkDirectory({ secretKey: 'sk_test_1', jwtKey: clerkKey.pem, apiUrl }),
    requests,
    faults,
    clock,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function organizationJson({ id, name, metadata }: ServedOrganization) {
  const public_metadata = metadata;
  return { object: 'organization', id, name, slug: id, public_metadata, private_metadata: {} };
}

function membershipJson(organization: ServedOrganization, userId: string, role: string) {
  return {
    object: 'organization_membership',
    id: `orgmem_${userId}`,
    role,
    permissions: [],
    public_metadata: {},
    organization: organizationJson(organization),
    public_user_data: { user_id: userId, identifier: userId },
  };
}
