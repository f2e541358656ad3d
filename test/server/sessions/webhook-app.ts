import { createClerkWebhooks } from '../../../server/clerk/clerk-webhooks.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import type { DatabaseKind } from '../../support/server.ts';
import { testDatabase } from './databases.ts';
import { testTime } from './tokens.ts';
import { signed, signingSecret } from './webhook-events.ts';

/** A webhook endpoint on a private database. */
export async function startWebhooks(kind: DatabaseKind, now = () => testTime) {
  const opened = await testDatabase(kind);
  const { database } = opened;
  const warnings: unknown[] = [];
  const logger = { warn: (details: unknown) => warnings.push(details) };
  let commits = 0;
  const afterCommit = async () => void commits++;
  const webhooks = createClerkWebhooks({ database, signingSecret, now, logger, afterCommit });
  let messages = 0;
  return {
    database,
    webhooks,
    warnings,
    commits: () => commits,
    /** Delivers an event as a new message. */
    tell: (event: unknown) =>
      webhooks.receive(signed(event, { id: `msg_${messages++}`, at: now() })),
    organization: (id: string) => database.read().findOneOrFail(Organization, { id }),
    subOrgs: () => database.read().find(SubOrg, {}, { orderBy: { id: 'asc' } }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
