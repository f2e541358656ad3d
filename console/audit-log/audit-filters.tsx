import { createUniqueId, type JSX, Show } from 'solid-js';
import type { AuditFilter } from '../api/audit-log.ts';
import { language, auditLog as text } from '../messages/messages.ts';
import { Select } from '../ui/select.tsx';
import type { AuditParty } from './parties.ts';
import { PartyPicker } from './party-picker.tsx';

/** By action, actor, target and day. */
export function AuditFilters(props: {
  filter: AuditFilter;
  /** The names of the chosen actor and target, where an entry in view has them. */
  names: Readonly<Record<AuditParty, string | undefined>>;
  onChange: (name: keyof AuditFilter, value: string) => void;
  onClear: () => void;
}) {
  const isFiltered = () => Object.values(props.filter).some((value) => value !== '');
  /** Includes an action that the catalogue does not know, because the URL may name one. */
  const actions = () => {
    const { action } = props.filter;
    const known = Object.entries(text.actions).sort(([, one], [, other]) =>
      one.localeCompare(other, language),
    );
    return action === '' || action in text.actions
      ? known
      : [...known, [action, action] as [string, string]];
  };
  const party = (name: AuditParty) => (
    <Labelled label={text[name]}>
      {({ id }) => (
        <PartyPicker
          id={id}
          party={name}
          value={props.filter[name]}
          name={props.names[name]}
          onChoose={(value) => props.onChange(name, value)}
        />
      )}
    </Labelled>
  );
  const day = (name: 'from' | 'to') => (
    <Labelled label={text[name]}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="date"
          aria-describedby="audit-zone"
          min={name === 'to' ? props.filter.from : undefined}
          max={name === 'from' ? props.filter.to : undefined}
          value={props.filter[name]}
          onChange={(event) => props.onChange(name, event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
  return (
    <search class="filters filters-labelled">
      <Labelled label={text.action}>
        {(control) => (
          <Select
            control={{ ...control, 'aria-describedby': undefined, 'aria-invalid': undefined }}
            value={props.filter.action}
            options={[['', text.anyAction], ...actions()]}
            onChange={(value) => props.onChange('action', value)}
          />
        )}
      </Labelled>
      {party('actor')}
      {party('target')}
      {day('from')}
      {day('to')}
      <p class="hint" id="audit-zone">
        {text.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
      </p>
      <Show when={isFiltered()}>
        <button type="button" class="button" onClick={() => props.onClear()}>
          {text.clear}
        </button>
      </Show>
    </search>
  );
}

function Labelled(props: { label: string; children: (control: { id: string }) => JSX.Element }) {
  const id = createUniqueId();
  return (
    <div class="filter">
      <label for={id}>{props.label}</label>
      {props.children({ id })}
    </div>
  );
}
