import { For } from 'solid-js';
import type { FieldControl } from './field.tsx';

/** The browser's own select, which every device supports well. */
export function Select<Value extends string>(props: {
  control?: FieldControl;
  label?: string;
  options: readonly (readonly [value: Value, label: string])[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <select
      class="input"
      {...props.control}
      aria-label={props.label}
      onChange={(event) => {
        const chosen = props.options.find(([value]) => value === event.currentTarget.value);
        if (chosen) props.onChange(chosen[0]);
      }}
    >
      <For each={props.options}>
        {([value, label]) => (
          <option value={value} selected={value === props.value}>
            {label}
          </option>
        )}
      </For>
    </select>
  );
}
