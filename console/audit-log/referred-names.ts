import { useApi } from '../api/api-context.tsx';
import type { AuditEvent } from '../api/records.ts';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { keyFields, type ReferredNames } from './change-words.ts';

/** The names of the records that entries name by their ids; of a key, where an entry in view has it. */
export function createReferredNames(events: () => readonly AuditEvent[]): ReferredNames {
  const api = useApi();
  // Asked for only where an entry in view names one of them by its id.
  const refersTo = (field: string) => events().some(({ changes }) => changes?.[field] != null);
  const subOrgs = useQuery(() => ({ ...subOrgQueries.all(api), enabled: refersTo('subOrgId') }));
  const accounts = useQuery(() => ({
    ...serviceAccountQueries.all(api),
    enabled: refersTo('serviceAccountId'),
  }));
  return (field, id) => {
    if (keyFields.has(field)) return nameIn(events(), id);
    const records = { subOrgId: subOrgs, serviceAccountId: accounts }[field];
    const known: readonly { readonly id: string | number; readonly name: string }[] =
      records?.isSuccess === true ? records.data : [];
    return known.find((record) => String(record.id) === id)?.name;
  };
}

function nameIn(events: readonly AuditEvent[], id: string): string | undefined {
  const parties = events.flatMap(({ actor, target }) => [actor, target]);
  return parties.find((party) => party?.id === id)?.name ?? undefined;
}
