import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import type { Choice } from '../ui/combobox.tsx';

/** The two parties of an entry. */
export type AuditParty = 'actor' | 'target';

type Actor = AuditEvent['actor'];
type Target = NonNullable<AuditEvent['target']>;

/** An actor in the form of the log's filter. */
export function actorValue({ kind, id }: Pick<Actor, 'kind' | 'id'>): string {
  return id === null ? kind : `${kind}:${id}`;
}

/** @param me - the signed-in user's id. */
export function actorName(actor: Pick<Actor, 'kind' | 'id' | 'name'>, me?: string): string {
  if (actor.kind === 'user' && actor.id === me) return text.you;
  return actor.name ?? text.actors[actor.kind] ?? actor.id ?? actor.kind;
}

export function targetName({ name, id }: Pick<Target, 'name' | 'id'>): string {
  return name ?? id;
}

/** Every actor of some entries, as choices. */
export function actorChoices(events: readonly AuditEvent[], me?: string): Choice[] {
  return events.map(({ actor }) => ({
    value: actorValue(actor),
    name: actorName(actor, me),
    hint: text.kinds[actor.kind] ?? '',
  }));
}

/** Every target of some entries, as choices. */
export function targetChoices(events: readonly AuditEvent[]): Choice[] {
  return events.flatMap(({ target }) =>
    target === null ? [] : [choiceOf(target.id, targetName(target), target.kind, target.preview)],
  );
}

/** One record as a choice: its kind, and a key's preview, tell it from its namesakes. */
export function choiceOf(value: string, name: string, kind: string, preview?: string | null) {
  return { value, name, hint: [text.kinds[kind], preview].filter(Boolean).join(' · ') };
}
