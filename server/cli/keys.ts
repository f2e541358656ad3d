import { readFile } from 'node:fs/promises';
import { keyStatuses } from '../api-keys/key-record.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { assertNothingLeft } from '../database/left-secrets.ts';
import { importApiKeys } from '../operations/api-keys/import.ts';
import { listApiKeys } from '../operations/api-keys/list.ts';
import { revokeApiKey } from '../operations/api-keys/revoke.ts';
import { listOrganizations } from '../operations/organizations/list.ts';
import { shownName } from '../wire/names.ts';
import { InvalidInput, notFound } from '../wire/problem.ts';
import type { Command, Given } from './command.ts';
import { type Context, everyItem } from './context.ts';
import { type Fault, ImportError, inField, parseImport } from './import-file.ts';
import { listResult } from './table.ts';

const list: Command = {
  name: 'keys list',
  usage: '[--org CLERK_ID] [--status STATUS] [--owner ID] [--search TEXT]',
  summary: 'List API keys, of one organization or of all',
  options: ['org', 'status', 'owner', 'search'],
  async run(context, given) {
    const org = given.option('org');
    const filters = {
      status: statusIn(given),
      owner: given.option('owner'),
      search: given.option('search'),
    };
    const organizations = org === undefined ? await organizationIds(context) : [org];
    const lists = organizations.map(async (id) => {
      const keys = await everyItem((page) =>
        context.execute(listApiKeys, id, { ...filters, ...page }),
      );
      return keys.map((key) => ({ ...key, org: id }));
    });
    return listResult(
      (await Promise.all(lists)).flat(),
      {
        ID: ({ id }) => id,
        ORG: (key) => key.org,
        LABEL: ({ label }) => label,
        PREVIEW: ({ preview }) => preview,
        'SUB-ORG': ({ subOrgId }) => subOrgId,
        STATUS: ({ status }) => status,
        OWNER: ({ owner }) => owner.name ?? owner.id,
        EXPIRES: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? null,
        'LAST USED': ({ lastUsedAt }) => lastUsedAt?.slice(0, 16) ?? null,
      },
      'No API key yet',
    );
  },
};

function statusIn(given: Given) {
  const status = given.option('status');
  const found = keyStatuses.find((each) => each === status);
  if (status !== undefined && found === undefined) {
    throw given.wrong(`--status takes ${keyStatuses.join(', ')}`);
  }
  return found;
}

async function organizationIds(context: Context): Promise<string[]> {
  const items = await everyItem((page) => context.execute(listOrganizations, null, page));
  return items.map(({ clerkId }) => clerkId).reverse();
}

const revoke: Command = {
  name: 'keys revoke',
  usage: 'KEY_ID [--reason TEXT]',
  summary: 'Revoke an API key permanently; it is refused from the next request on',
  options: ['reason'],
  positionals: ['KEY_ID'],
  async run(context, given) {
    const [id = ''] = given.positionals;
    const { services } = await context.installation();
    const key = await services.database.read().findOne(ApiKey, { id });
    if (key === null) throw notFound('API key');
    await context.execute(revokeApiKey, key.orgId, { id, reason: given.option('reason') ?? null });
    return { json: { id, revoked: true }, text: `Revoked ${id}, ${shownName(key.label)}` };
  },
};

const importKeys: Command = {
  name: 'keys import',
  usage: 'FILE',
  summary: 'Import API keys by the SHA-256 of their secret, one JSON object per line',
  positionals: ['FILE'],
  async run(context, { positionals: [file = ''] }) {
    const { database, keyring, now } = (await context.installation()).services;
    await assertNothingLeft(database.read(), keyring, new Date(now()));
    const { items, lines, lineOf } = parseImport(await readFile(context.path(file), 'utf8'));
    const { jobIds } = await context
      .execute(importApiKeys, null, { items, lines })
      .catch((error: unknown) => {
        throw error instanceof InvalidInput ? atLines(error, lineOf) : error;
      });
    const jobs = await context.finish(jobIds);
    const sum = (name: string) =>
      jobs.reduce((sum, { result }) => sum + Number(result?.[name] ?? 0), 0);
    const imported = sum('imported');
    const existing = sum('existing');
    const revoked = sum('revoked');
    const refused = sum('refused');
    const there = existing === 0 ? '' : `, ${existing} were there already`;
    const dead = revoked === 0 ? '' : `, ${revoked} as revoked`;
    const left =
      refused === 0
        ? ''
        : `, left out ${refused} lines that are not the server's own or of an unknown sub-organization`;
    return {
      json: { imported, revoked, existing, refused },
      text: `Imported ${imported} API keys${there}${dead}${left}`,
    };
  },
};

/** Names the lines of the file that have errors. */
function atLines(error: InvalidInput, lineOf: (index: number) => number): Error {
  const faults = error.errors.flatMap(({ path: [, index, field], msg }): Fault[] =>
    typeof index === 'number' ? [{ line: lineOf(index), detail: inField(field, msg) }] : [],
  );
  return faults.length === 0 ? error : new ImportError(faults);
}

export const keyCommands: readonly Command[] = [list, importKeys, revoke];
