import { z } from 'zod';
import { keyRecord, keyRecords, keyStatuses } from '../../api-keys/key-record.ts';
import { id, integer, pageOf, paging, text } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { callsOfSevenDays } from './calls-of-seven-days.ts';
import { attentions } from './key-conditions.ts';
import { keyFilter } from './key-filter.ts';
import { columnOf, orderBy, sorts } from './key-order.ts';
import { countKeys, pageOfKeys } from './key-page.ts';

const input = z.strictObject({
  /** Part of a label, a description or an owner's name; a preview, its first or last four, or an id. */
  search: text(0, 100).optional(),
  status: z.enum(keyStatuses).optional(),
  subOrgId: integer().optional(),
  /** Id of a member or a service account. */
  owner: id.optional(),
  serviceAccountId: id.optional(),
  attention: z.enum(attentions).optional(),
  environment: z.enum(['live', 'test']).optional(),
  /** Id of a `repurai` key: the keys that descend from it. */
  madeBy: id.optional(),
  sort: z.enum(sorts).default('-created_at'),
  ...paging,
});

/** A key with its number of calls on each of seven days (UTC), today the last. */
const listedKey = keyRecord.extend({ calls7d: z.array(z.int()).length(7) });

/** Lists the organization's keys, revoked ones too; newest first unless asked otherwise. */
export const listApiKeys = defineOperation({
  name: 'apiKeys.list',
  summary: 'List the API keys of the organization',
  kind: 'query',
  access: parentOrgAdmin({
    ...{ needsApiAccess: true, managesKeys: true },
    ...{ isOpenToMembers: true, byKeys: 'read' },
  }),
  input,
  /** `total` is exact up to 1,000, and null beyond. */
  output: pageOf(listedKey).extend({ total: z.int().nullable() }),
  async run({ principal, now, services }, query) {
    const { kind, rows } = services.database;
    const { dialect, organization } = principal;
    const context = { kind, rows, now, orgId: organization.id, dialect };
    const filter = await keyFilter(query, context);
    const total = await countKeys(rows, filter);
    const order = orderBy(columnOf(query.sort), kind);
    const start = decodeCursor(query.cursor, order.type, 'string');
    const positions = await pageOfKeys(
      {
        ...{ filter, order, start, limit: query.limit + 1 },
        ...{ isDescending: query.sort.startsWith('-'), isFew: total !== null },
      },
      context,
    );
    const page = cutPage(positions, query.limit, (row) => [row.position, row.id]);
    const ids = page.items.map(({ id }) => id);
    const calls = await callsOfSevenDays(rows, ids, now);
    const keys = await keyRecords(rows, ids, now);
    const items = keys.map((key) => Object.assign(key, { calls7d: calls(key.id) }));
    return { items, nextCursor: page.nextCursor, total };
  },
});
