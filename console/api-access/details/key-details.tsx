import { createUniqueId, Show } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries } from '../../api/api-keys.ts';
import type { ApiKey } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { keyPage as text } from '../../messages/messages.ts';
import './key-details.css';
import './key-calls.css';
import '../../ui/styles/chart.css';
import { CallUsage } from './call-usage.tsx';
import { CallerList } from './caller-list.tsx';
import { KeyHistory } from './key-log.tsx';
import { KeyReminder } from './key-reminder.tsx';
import { KeySettings } from './key-settings.tsx';
import { LastCalls } from './last-calls.tsx';
import { RotationPanel } from './rotation-panel.tsx';
import { ScopeUse } from './scope-use.tsx';

/** A key's details: open tasks first, then its calls, history and settings. */
export function KeyDetails(props: {
  apiKey: ApiKey;
  onOpen: (kind: 'rotate' | 'revoke', key: ApiKey) => void;
}) {
  const api = useApi();
  const usage = useQuery(() => apiKeyQueries.usage(api, props.apiKey.id));
  const callersId = createUniqueId();
  const callers = () =>
    usage.isSuccess
      ? usage.data.callers.map(({ count, lastAt, ...caller }) => ({
          ...caller,
          calls: count,
          lastUsedAt: lastAt,
        }))
      : [];
  const isRevoked = () => props.apiKey.status === 'revoked';
  return (
    <div class="details key-details" data-focus-home tabIndex={-1}>
      <Show when={!isRevoked() && props.apiKey.retiringUntil}>
        {(until) => <RotationPanel apiKey={props.apiKey} until={until()} />}
      </Show>
      <Show when={props.apiKey.status === 'active'}>
        <KeyReminder apiKey={props.apiKey} onOpen={props.onOpen} />
      </Show>
      <div class="details-columns">
        <div class="details-column">
          <CallUsage usage={usage} />
          <Show when={callers().length > 0}>
            <section class="details-part" aria-labelledby={callersId}>
              <h2 id={callersId}>{text.callers}</h2>
              <CallerList label={text.callers} callers={callers()} />
            </section>
          </Show>
          <LastCalls calls={usage.isSuccess ? usage.data.items : []} />
        </div>
        <div class="details-column">
          <KeySettings apiKey={props.apiKey} />
          <Show when={!isRevoked()}>
            <ScopeUse apiKey={props.apiKey} />
          </Show>
        </div>
      </div>
      <h2>{text.history}</h2>
      <KeyHistory id={props.apiKey.id} />
    </div>
  );
}
