import { For, Match, Show, Switch } from 'solid-js';
import { keyHref, recordHref } from '../api/record-links.ts';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { type AuditParty, actorName, actorValue, targetName } from './parties.ts';

/** One entry as a sentence: “Ada revoked CI Pipeline”. Its parts lead to the record or a filter. */
export function Sentence(props: PartyProps) {
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

interface PartyProps {
  event: AuditEvent;
  onFilter: (name: AuditParty, value: string) => void;
}

/** The actor: a person leads to their entries, a key to its page. */
function Who(props: PartyProps) {
  const member = useMember();
  const actor = () => props.event.actor;
  const name = () => actorName(actor(), member()?.user.id);
  const only = () => props.onFilter('actor', actorValue(actor()));
  const keyId = () => (actor().kind === 'key' && actor().name !== null ? actor().id : null);
  return (
    <>
      <Show
        when={keyId()}
        fallback={
          <button
            type="button"
            class="link-plain"
            aria-label={text.onlyActor(name())}
            title={text.onlyActor(name())}
            onClick={only}
          >
            <bdi>{name()}</bdi>
          </button>
        }
      >
        {(id) => (
          <>
            <RecordLink href={keyHref(id())} name={name()} />{' '}
            <FilterButton says={text.onlyActor(name())} onPress={only} />
          </>
        )}
      </Show>
      <Show when={actor().impersonatedBy}>
        {(by) => <span class="muted"> {text.impersonated(by())}</span>}
      </Show>
    </>
  );
}

function What(props: Omit<PartyProps, 'event'> & { target: NonNullable<AuditEvent['target']> }) {
  const name = () => targetName(props.target);
  const href = () =>
    props.target.name === null ? null : recordHref(props.target.kind, props.target.id);
  return (
    <>
      <Show when={href()} fallback={<bdi class="sentence-what">{name()}</bdi>}>
        {(address) => <RecordLink href={address()} name={name()} />}
      </Show>
      <Show when={props.target.preview}>
        {(preview) => (
          <>
            {' '}
            <code class="preview">{preview()}</code>
          </>
        )}
      </Show>{' '}
      <FilterButton
        says={text.onlyTarget(name())}
        onPress={() => props.onFilter('target', props.target.id)}
      />
    </>
  );
}

function RecordLink(props: { href: string; name: string }) {
  return (
    <Link class="link" href={props.href}>
      <bdi>{props.name}</bdi>
    </Link>
  );
}

function FilterButton(props: { says: string; onPress: () => void }) {
  return (
    <button
      type="button"
      class="button-icon button-small"
      aria-label={props.says}
      title={props.says}
      onClick={() => props.onPress()}
    >
      <Icon name="filter" />
    </button>
  );
}
