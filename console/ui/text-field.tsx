import { Field } from './field.tsx';

/** A field of one line of text. */
export function TextField(props: {
  label: string;
  value: string;
  optional?: string;
  hint?: string;
  error?: string | undefined;
  maxLength?: number;
  isFirst?: boolean;
  onInput: (value: string) => void;
}) {
  return (
    <Field label={props.label} optional={props.optional} hint={props.hint} error={props.error}>
      {(control) => (
        <input
          {...control}
          class="input"
          dir="auto"
          autocomplete="off"
          maxLength={props.maxLength ?? 100}
          data-autofocus={props.isFirst ? '' : undefined}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
