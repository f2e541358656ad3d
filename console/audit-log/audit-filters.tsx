import { onCleanup } from 'solid-js';
import type { AuditFilter } from '../api/audit-log.ts';
import { auditLog as text } from '../messages/messages.ts';
import { Select } from '../ui/select.tsx';

const pause = 300;

/** By action, actor and target; they match exactly, because an audit asks about one thing. */
export function AuditFilters(props: {
  filter: AuditFilter;
  onChange: (name: keyof AuditFilter, value: string) => void;
}) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const later = (name: keyof AuditFilter, value: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => props.onChange(name, value.trim()), pause);
  };
  const textFilter = (name: 'actor' | 'target') => (
    <input
      class="input filter-text"
      type="search"
      aria-label={text[name]}
      placeholder={text[name]}
      spellcheck={false}
      autocomplete="off"
      value={props.filter[name]}
      onInput={(event) => later(name, event.currentTarget.value)}
    />
  );
  return (
    <search class="filters">
      <Select
        label={text.action}
        value={props.filter.action}
        options={[['', text.anyAction], ...Object.entries(text.actions)]}
        onChange={(value) => props.onChange('action', value)}
      />
      {textFilter('actor')}
      {textFilter('target')}
    </search>
  );
}
