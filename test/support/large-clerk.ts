import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** The organization that a large Clerk lists, and how many members it has beside its admin. */
export interface LargeClerk {
  readonly id: string;
  readonly name: string;
  readonly admin: string;
  readonly members: number;
}

// Runs as a worker: its work is not measured with the server's.
const { id, name, admin, members }: LargeClerk = workerData;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://clerk');
  const limit = Number(url.searchParams.get('limit'));
  const offset = Number(url.searchParams.get('offset'));
  const page = (total: number, item: (index: number) => object) => {
    const length = Math.max(0, Math.min(limit, total - offset));
    const data = Array.from({ length }, (_, index) => item(offset + index));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data, total_count: total }));
  };
  const organization = { object: 'organization', id, name, slug: id, public_metadata: { tier: 3 } };
  if (!url.pathname.includes('memberships')) return page(1, () => organization);
  page(members + 1, (index) => {
    const userId = index === members ? admin : `user_2${String(index).padStart(26, '0')}`;
    return {
      object: 'organization_membership',
      id: `orgmem_${userId}`,
      role: index === members ? 'org:admin' : 'org:member',
      permissions: ['org:sys_profile:manage', 'org:sys_memberships:read'],
      public_metadata: {},
      organization,
      public_user_data: {
        user_id: userId,
        first_name: 'Ada',
        last_name: 'Lovelace',
        identifier: `ada.${index}@example.com`,
        image_url: 'https://img.example.com/avatar.png',
        has_image: false,
      },
    };
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined);
});
