import { useQuery } from '@tanstack/solid-query';
import { type JSX, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import type { ApiKey } from '../api/records.ts';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { TimeAgo } from '../ui/time-ago.tsx';
import type { KeyActions } from './key-actions.ts';
import { scopeText } from './scopes.ts';

/** The rest of what is known of a key, and the actions that a row has no room for. */
export function KeyDetails(props: { apiKey: ApiKey; actions: KeyActions }) {
  const isRevoked = () => props.apiKey.status === 'revoked';
  const isLive = () => props.apiKey.status === 'active' || props.apiKey.status === 'disabled';
  return (
    <div class="details">
      <Show when={!isRevoked() && props.apiKey.retiringUntil}>
        {(until) => (
          <div class="notice">
            <p>
              {text.details.retiring(props.apiKey.retiringPreview ?? '')} <TimeAgo at={until()} />.{' '}
              {text.details.retiringHelp}
            </p>
            <button
              type="button"
              class="button"
              disabled={props.actions.isPending()}
              onClick={() => props.actions.endGrace()}
            >
              {text.actions.endGrace}
            </button>
          </div>
        )}
      </Show>
      <dl class="facts">
        <Show when={props.apiKey.description}>
          <Fact name={text.details.description}>
            <bdi>{props.apiKey.description}</bdi>
          </Fact>
        </Show>
        <Fact name={text.details.scopes}>{scopeText(props.apiKey.scopes)}</Fact>
        <Fact name={text.details.addresses}>
          {props.apiKey.ipAllowList?.join(', ') ?? text.details.anyAddress}
        </Fact>
        <Show when={props.apiKey.serviceAccountId}>
          {(id) => (
            <Fact name={text.details.authority}>
              <ServiceAccountName id={id()} />
            </Fact>
          )}
        </Show>
        <Show when={props.apiKey.revokedAt}>
          {(at) => (
            <Fact name={text.details.revokedAt}>
              <TimeAgo at={at()} />
            </Fact>
          )}
        </Show>
        <Show when={props.apiKey.revokedReason}>
          <Fact name={text.details.revokedReason}>
            <bdi>{props.apiKey.revokedReason}</bdi>
          </Fact>
        </Show>
        <Fact name={text.details.id}>
          <code>{props.apiKey.id}</code>
        </Fact>
      </dl>
      <Show when={!isRevoked()}>
        <div class="details-actions">
          <button type="button" class="button" onClick={props.actions.startRenaming}>
            {text.actions.rename}
          </button>
          <Show when={isLive()}>
            <button
              type="button"
              class="button"
              disabled={props.actions.isPending()}
              onClick={() => props.actions.setDisabled(props.apiKey.status === 'active')}
            >
              {props.apiKey.status === 'active' ? text.actions.disable : text.actions.enable}
            </button>
          </Show>
        </div>
      </Show>
    </div>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function ServiceAccountName(props: { id: string }) {
  const api = useApi();
  const accounts = useQuery(() => serviceAccountQueries.all(api));
  const name = () =>
    (accounts.isSuccess ? accounts.data : []).find(({ id }) => id === props.id)?.name ?? props.id;
  return <bdi>{text.details.serviceAccount(name())}</bdi>;
}
