import { createUniqueId, type JSX, Show } from 'solid-js';
import type { AuditFilter } from '../api/audit-log.ts';
import { auditLog as text } from '../messages/messages.ts';
import { SearchField } from '../ui/search-field.tsx';
import { Select } from '../ui/select.tsx';

/** By action, actor, target and day; ids match exactly, because an audit asks about one thing. */
export function AuditFilters(props: {
  filter: AuditFilter;
  onChange: (name: keyof AuditFilter, value: string) => void;
  onClear: () => void;
}) {
  const isFiltered = () => Object.values(props.filter).some((value) => value !== '');
  /** Includes an action that the catalogue does not know, because the URL may name one. */
  const actions = () => {
    const { action } = props.filter;
    const known = Object.entries(text.actions);
    return action === '' || action in text.actions
      ? known
      : [...known, [action, action] as [string, string]];
  };
  const id = (name: 'actor' | 'target') => (
    <Labelled label={text[name]}>
      {(control) => (
        <SearchField
          {...control}
          placeholder={text.placeholders[name]}
          value={props.filter[name]}
          onSearch={(value) => props.onChange(name, value)}
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
      {id('actor')}
      {id('target')}
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
