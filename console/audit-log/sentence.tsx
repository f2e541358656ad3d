import { For, Match, Show, Switch } from 'solid-js';
import { recordHref } from '../api/record-links.ts';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { type AuditParty, actorName, actorValue, targetName } from './parties.ts';

/** One entry as a sentence: “Ada revoked CI Pipeline”. Its parts lead to the record or a filter. */
export function Sentence(props: {
  event: AuditEvent;
  onFilter: (name: AuditParty, value: string) => void;
}) {
  const parts = () => sentenceOf(props.event).split(/(\{who\}|\{what\})/);
  return (
    <p class="sentence">
      <For each={parts()}>
        {(part) => (
          <Switch fallback={part}>
            <Match when={part === '{who}'}>
              <Who event={props.event} onFilter={props.onFilter} />
            </Match>
            <Match when={part === '{what}' && props.event.target}>
              {(target) => <What target={target()} onFilter={props.onFilter} />}
            </Match>
            <Match when={part === '{what}'}>{text.none}</Match>
          </Switch>
        )}
      </For>
    </p>
  );
}

/** The sentence of an entry: of the one changed setting where there is only one. */
function sentenceOf({ action, changes }: AuditEvent): string {
  const fields = Object.entries(changes ?? {});
  const [[field, change] = ['', null]] = fields;
  const single = action.endsWith('.update') && fields.length === 1 ? text.single[field] : undefined;
  if (typeof single === 'string') return single;
  if (single && typeof change === 'object' && change !== null && 'after' in change) {
    const words = single[String(change.after)];
    if (words) return words;
  }
  const sentences: Readonly<Record<string, string>> = text.sentences;
  return sentences[action] ?? text.unknown(action);
}

function Who(props: { event: AuditEvent; onFilter: (name: AuditParty, value: string) => void }) {
  const member = useMember();
  const name = () => actorName(props.event.actor, member()?.user.id);
  return (
    <>
      <button
        type="button"
        class="link-plain"
        aria-label={text.onlyActor(name())}
        title={text.onlyActor(name())}
        onClick={() => props.onFilter('actor', actorValue(props.event.actor))}
      >
        <bdi>{name()}</bdi>
      </button>
      <Show when={props.event.actor.impersonatedBy}>
        {(by) => <span class="muted"> {text.impersonated(by())}</span>}
      </Show>
    </>
  );
}

function What(props: {
  target: NonNullable<AuditEvent['target']>;
  onFilter: (name: AuditParty, value: string) => void;
}) {
  const href = () =>
    props.target.name === null ? null : recordHref(props.target.kind, props.target.id);
  return (
    <>
      <Show when={href()} fallback={<bdi class="sentence-what">{targetName(props.target)}</bdi>}>
        {(address) => (
          <Link class="link" href={address()}>
            <bdi>{targetName(props.target)}</bdi>
          </Link>
        )}
      </Show>
      <Show when={props.target.preview}>
        {(preview) => (
          <>
            {' '}
            <code class="preview">{preview()}</code>
          </>
        )}
      </Show>{' '}
      <button
        type="button"
        class="button-icon button-small"
        aria-label={text.onlyTarget(targetName(props.target))}
        title={text.onlyTarget(targetName(props.target))}
        onClick={() => props.onFilter('target', props.target.id)}
      >
        <Icon name="filter" />
      </button>
    </>
  );
}
