import { createMemo, createSignal } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { auditLogQueries } from '../api/audit-log.ts';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { type Choice, Combobox } from '../ui/combobox.tsx';
import { type AuditParty, actorChoices, choiceOf, targetChoices } from './parties.ts';

/** Choices in one list; more are found by typing. */
const most = 50;

/** The server's search for keys takes fewer characters only as the beginning of a word. */
const keysFound = 20;

/**
 * Picks the actor or the target of entries by name: those of the newest entries, and every key,
 * owner, sub-organization, service account and webhook of the organization.
 */
export function PartyPicker(props: {
  id: string;
  party: AuditParty;
  /** The filter's present value, and its name where an entry in view has it. */
  value: string;
  name: string | undefined;
  onChoose: (value: string) => void;
}) {
  const api = useApi();
  const member = useMember();
  const [typed, setTyped] = createSignal<string | null>(null);
  // Nothing is asked for before the picker is used.
  const isUsed = () => typed() !== null;
  const isTarget = () => props.party === 'target';
  const newest = useQuery(() => ({ ...auditLogQueries.newest(api), enabled: isUsed() }));
  const subOrgs = useQuery(() => ({ ...subOrgQueries.all(api), enabled: isUsed() && isTarget() }));
  const accounts = useQuery(() => ({
    ...serviceAccountQueries.all(api),
    enabled: isUsed() && isTarget(),
  }));
  const webhooks = useQuery(() => ({
    ...webhookQueries.all(api),
    enabled: isUsed() && isTarget(),
  }));
  const keys = useQuery(() => ({
    queryKey: ['apiKeys', 'named', typed()],
    queryFn: async () =>
      (await api.trpc.apiKeys.list.query({ search: typed() ?? '', limit: keysFound })).items,
    enabled: Boolean(typed()) && member()?.may.createApiKeys === true,
    // Only names beside those of the entries: without them, an id can still be typed.
    retry: false,
  }));
  const foundKeys = (): Choice[] =>
    (keys.isSuccess ? keys.data : []).flatMap(({ id, label, preview, owner }) => {
      const key = choiceOf(isTarget() ? id : `key:${id}`, label, 'api_key', preview);
      return isTarget() || owner.kind !== 'member'
        ? [key]
        : [choiceOf(`user:${owner.id}`, owner.name ?? owner.id, 'user'), key];
    });
  const known = createMemo((): Choice[] => {
    const events = newest.isSuccess ? newest.data : [];
    if (!isTarget()) return actorChoices(events, member()?.user.id);
    return [
      ...targetChoices(events),
      ...listed(subOrgs, ({ id, name }) => choiceOf(String(id), name, 'sub_org')),
      ...listed(accounts, ({ id, name }) => choiceOf(id, name, 'service_account')),
      ...(webhooks.isSuccess ? webhooks.data.items : []).map(({ id, url }) =>
        choiceOf(id, url, 'webhook'),
      ),
    ];
  });
  const choices = createMemo((): readonly Choice[] | undefined => {
    const wanted = typed() ?? '';
    if (newest.isPending || (keys.isFetching && !keys.isSuccess)) return undefined;
    const found = [...known().filter((choice) => isMatch(choice, wanted)), ...foundKeys()];
    const exact: Choice[] = /^\S{6,}$/.test(wanted)
      ? [{ value: wanted, name: text.exact(wanted) }]
      : [];
    const unique = new Map([...exact, ...found.reverse()].map((choice) => [choice.value, choice]));
    return [...unique.values()].reverse().slice(0, most);
  });
  const chosen = () =>
    props.value === ''
      ? ''
      : (props.name ?? known().find(({ value }) => value === props.value)?.name ?? props.value);
  return (
    <Combobox
      id={props.id}
      label={text[props.party]}
      placeholder={isTarget() ? text.anything : text.anyone}
      chosen={chosen()}
      choices={choices()}
      onType={setTyped}
      onChoose={props.onChoose}
    />
  );
}

function listed<Item>(
  query: { readonly isSuccess: boolean; readonly data?: Item[] | undefined },
  toChoice: (item: Item) => Choice,
): Choice[] {
  return query.isSuccess ? (query.data ?? []).map(toChoice) : [];
}

function isMatch({ name, hint = '', value }: Choice, typed: string): boolean {
  return `${name} ${hint} ${value}`.toLowerCase().includes(typed.toLowerCase());
}
