import { createUniqueId, type JSX, onMount, Show } from 'solid-js';
import { useApi } from '../../api/api-context.tsx';
import { apiKeyQueries } from '../../api/api-keys.ts';
import type { ApiKey, ApiKeyUsage } from '../../api/records.ts';
import { useQuery } from '../../api/use-query.ts';
import { settingsOf, keyPage as text } from '../../messages/messages.ts';
import './key-details.css';
import './key-calls.css';
import '../../ui/styles/chart.css';
import { useLocation } from '../../ui/location.tsx';
import { CallUsage } from './call-usage.tsx';
import { CallerList } from './caller-list.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyHistory } from './key-log.tsx';
import { KeyReminder } from './key-reminder.tsx';
import { KeySettings } from './key-settings.tsx';
import { LastCalls } from './last-calls.tsx';
import { RefusedAttempts } from './refused-attempts.tsx';
import { RotationPanel } from './rotation-panel.tsx';
import { ScopeUse } from './scope-use.tsx';

/** The parts of a key's page, in their order; each has an address, `#history` for example. */
const parts = { overview: text.overview, history: text.history, settings: settingsOf.title };

/** A key's details: open tasks and calls, its history, its settings. */
export function KeyDetails(props: {
  apiKey: ApiKey;
  onOpen: (kind: 'rotate' | 'revoke', key: ApiKey) => void;
}) {
  const isRevoked = () => props.apiKey.status === 'revoked';
  const { newPart } = useLocation();
  // The browser looked for the part before it was there.
  onMount(() => document.getElementById(newPart())?.scrollIntoView());
  return (
    <div class="key-details" data-focus-home tabIndex={-1}>
      <nav class="page-parts" aria-label={text.parts}>
        <a href="#overview">{parts.overview}</a>
        <a href="#history">{parts.history}</a>
        <a href="#settings">{parts.settings}</a>
      </nav>
      <Part id="overview">
        <Show when={!isRevoked() && props.apiKey.retiringUntil}>
          {(until) => <RotationPanel apiKey={props.apiKey} until={until()} />}
        </Show>
        <Show when={props.apiKey.status === 'active'}>
          <KeyReminder apiKey={props.apiKey} onOpen={props.onOpen} />
        </Show>
        <div class="card panel-plain">
          <KeyFacts apiKey={props.apiKey} />
        </div>
        <Calls apiKey={props.apiKey} />
      </Part>
      <Part id="history">
        <KeyHistory id={props.apiKey.id} />
      </Part>
      <Part id="settings">
        <KeySettings apiKey={props.apiKey} />
      </Part>
    </div>
  );
}

function Part(props: { id: keyof typeof parts; children: JSX.Element }) {
  const id = createUniqueId();
  return (
    <section class="page-part" id={props.id} aria-labelledby={id}>
      <h2 id={id}>{parts[props.id]}</h2>
      {props.children}
    </section>
  );
}

/** The calls of a key: their number, callers and permissions, and those that were refused. */
function Calls(props: { apiKey: ApiKey }) {
  const api = useApi();
  const usage = useQuery(() => apiKeyQueries.usage(api, props.apiKey.id));
  const known = () => (usage.isSuccess ? usage.data : null);
  return (
    <>
      <div class="details-columns">
        <div class="details-column">
          <CallUsage usage={usage} isUsed={props.apiKey.lastUsedAt !== null} />
          <Show when={known()}>{(found) => <Callers callers={found().callers} />}</Show>
        </div>
        <div class="details-column">
          <Show when={props.apiKey.status !== 'revoked'}>
            <ScopeUse apiKey={props.apiKey} />
          </Show>
          <Show when={known()}>{(found) => <RefusedAttempts refused={found().refused} />}</Show>
        </div>
      </div>
      <LastCalls calls={known()?.items ?? []} />
    </>
  );
}

function Callers(props: { callers: ApiKeyUsage['callers'] }) {
  const id = createUniqueId();
  const callers = () =>
    props.callers.map(({ count, lastAt, ...caller }) => ({
      ...caller,
      calls: count,
      lastUsedAt: lastAt,
    }));
  return (
    <section class="details-part" aria-labelledby={id}>
      <h3 id={id}>{text.callers}</h3>
      <Show when={callers().length > 0} fallback={<p class="muted">{text.noCallers}</p>}>
        <CallerList label={text.callers} callers={callers()} />
      </Show>
    </section>
  );
}
