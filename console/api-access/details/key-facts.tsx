import { Show } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { ownerKeysHref } from '../../api/record-links.ts';
import type { ApiKey } from '../../api/records.ts';
import { subOrgQueries } from '../../api/sub-orgs.ts';
import { useQuery } from '../../api/use-query.ts';
import { settingsOf, keyPage as text } from '../../messages/messages.ts';
import { useLocation } from '../../ui/location.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { KeyOwner } from '../key-owner.tsx';
import { Fact } from './fact.tsx';

/** Whose key it is, how far it reaches, and its life until now. */
export function KeyFacts(props: { apiKey: ApiKey }) {
  const api = useApi();
  const { go } = useLocation();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrg = (of: number) =>
    (subOrgs.isSuccess ? subOrgs.data : []).find(({ id }) => id === of)?.name ?? String(of);
  return (
    <dl class="facts key-facts">
      <Fact name={settingsOf.owner}>
        <KeyOwner owner={props.apiKey.owner} onOwner={(id) => go(ownerKeysHref(id))} />
      </Fact>
      <Fact name={text.access}>
        <Show when={props.apiKey.subOrgId} fallback={text.wholeOrganization}>
          {(id) => <bdi>{subOrg(id())}</bdi>}
        </Show>
      </Fact>
      <Fact name={text.lastUsed}>
        <Show when={props.apiKey.lastUsedAt} fallback={text.never}>
          {(at) => <TimeAgo at={at()} />}
        </Show>
      </Fact>
      <Show
        when={props.apiKey.revokedAt}
        fallback={
          <Fact name={text.expires}>
            <Show when={props.apiKey.expiresAt} fallback={text.never}>
              {(at) => <TimeAgo at={at()} />}
            </Show>
          </Fact>
        }
      >
        {(at) => (
          <Fact name={settingsOf.revokedAt}>
            <TimeAgo at={at()} />
          </Fact>
        )}
      </Show>
      <Show when={props.apiKey.revokedReason}>
        <Fact name={settingsOf.revokedReason}>
          <bdi>{props.apiKey.revokedReason}</bdi>
        </Fact>
      </Show>
      <Fact name={text.created}>
        <TimeAgo at={props.apiKey.createdAt} />
      </Fact>
    </dl>
  );
}
