import { z } from 'zod';
import type { ShownKey } from '../../api-keys/key-record.ts';
import { createApiKey } from '../../operations/api-keys/create.ts';
import { listApiKeys } from '../../operations/api-keys/list.ts';
import { revokeApiKey } from '../../operations/api-keys/revoke.ts';
import { updateApiKey } from '../../operations/api-keys/update.ts';
import { label, timestamp } from '../../wire/fields.ts';
import { get, patch, post, type Route, remove } from '../route.ts';
import { dialectForm } from './dialect-form.ts';
import { itemsPerCall } from './whole-list.ts';

const dialect = 'repurai';
const keys = '/v1/api-keys';
const none = z.strictObject({});
const names = { label: 'name' };

const done = z.boolean();

/** The document's model of an API key. */
const shownKey = z.object({
  id: z.string(),
  name: z.string(),
  keyPrefix: z.string(),
  keySuffix: z.string(),
  lastUsedAt: timestamp.nullable(),
  createdAt: timestamp,
});

function shown(key: ShownKey): z.infer<typeof shownKey> {
  const { id, label: name, keyPrefix, keySuffix, lastUsedAt, createdAt } = key;
  return { id, name, keyPrefix, keySuffix, lastUsedAt, createdAt };
}

/** The `repurai` dialect: keys, in `X-API-Key`, that manage keys of their own dialect. */
export const repuraiRoutes: readonly Route[] = [
  {
    ...get(keys, listApiKeys),
    form: dialectForm(listApiKeys, {
      dialect,
      members: z.strictObject({ cursor: z.string().optional() }),
      input: (members) => ({ ...members, limit: itemsPerCall }),
      body: z.object({ success: done, data: z.array(shownKey) }),
      answer: (items) => ({ success: true, data: items.map(shown) }),
    }),
  },
  {
    ...post(keys, createApiKey, 201),
    form: dialectForm(createApiKey, {
      dialect,
      names,
      members: z.strictObject({ name: label }),
      input: ({ name }) => ({ label: name, dialect }),
      body: z.object({
        success: done,
        data: z.object({ id: z.string(), name: z.string(), rawKey: z.string() }),
      }),
      answer: ({ key, rawKey }) => ({
        success: true,
        data: { id: key.id, name: key.label, rawKey },
      }),
    }),
  },
  {
    ...patch(`${keys}/:key_id`, updateApiKey),
    form: dialectForm(updateApiKey, {
      dialect,
      names,
      members: z.strictObject({ name: label }),
      input: ({ name }, { key_id: id }) => ({ id, label: name }),
      body: z.object({ success: done, data: shownKey }),
      answer: (key) => ({ success: true, data: shown(key) }),
    }),
  },
  {
    ...remove(`${keys}/:key_id`, revokeApiKey),
    status: 200,
    form: dialectForm(revokeApiKey, {
      dialect,
      members: none,
      input: (_, { key_id: id }) => ({ id }),
      body: z.object({ success: done }),
      answer: () => ({ success: true }),
    }),
  },
];
