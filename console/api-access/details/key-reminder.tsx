import { type JSX, Match, Switch } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries } from '../../api/api-keys.ts';
import type { ApiKey } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { apiAccess, reminder as text } from '../../messages/messages.ts';
import { Icon } from '../../ui/icon.tsx';
import { daysSince, isOld, isUnused } from '../key-age.ts';

/**
 * A reminder for an active key that is unused for 90 days, or has a secret that old. At most one,
 * because an unused key need not be rotated.
 */
export function KeyReminder(props: {
  apiKey: ApiKey;
  onOpen: (kind: 'rotate' | 'revoke', key: ApiKey) => void;
}) {
  const api = useApi();
  const rotation = useQuery(() => ({
    ...apiKeyQueries.lastRotation(api, props.apiKey.id),
    // A key younger than 90 days cannot have an old secret.
    enabled: isOld(props.apiKey.createdAt),
  }));
  const secretSince = () =>
    rotation.isSuccess ? (rotation.data ?? props.apiKey.createdAt) : new Date().toISOString();
  const act = (kind: 'rotate' | 'revoke') => (
    <button
      type="button"
      class="button"
      aria-haspopup="dialog"
      onClick={() => props.onOpen(kind, props.apiKey)}
    >
      {apiAccess.actions[kind]}
    </button>
  );
  return (
    <Switch>
      <Match when={isUnused(props.apiKey)}>
        <Reminder action={act('revoke')}>
          {props.apiKey.lastUsedAt === null
            ? text.neverUsed(daysSince(props.apiKey.createdAt))
            : text.unused(daysSince(props.apiKey.lastUsedAt))}
        </Reminder>
      </Match>
      <Match when={isOld(secretSince())}>
        <Reminder action={act('rotate')}>{text.old(daysSince(secretSince()))}</Reminder>
      </Match>
    </Switch>
  );
}

function Reminder(props: { action: JSX.Element; children: JSX.Element }) {
  return (
    <div class="notice">
      <p>
        <Icon name="clock" /> {props.children}
      </p>
      {props.action}
    </div>
  );
}
