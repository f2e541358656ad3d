import { createUniqueId, type JSX, Show } from 'solid-js';

/** The attributes that a control inside a field must have. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

/** A labelled control with a hint before it and an error after it. */
export function Field(props: {
  label: string;
  optional?: string | undefined;
  hint?: JSX.Element | undefined;
  error?: string | undefined;
  children: (control: FieldControl) => JSX.Element;
}) {
  const id = createUniqueId();
  const control: FieldControl = {
    id,
    get 'aria-describedby'() {
      const parts = [props.hint ? `${id}-hint` : '', props.error ? `${id}-error` : ''];
      return parts.join(' ').trim() || undefined;
    },
    get 'aria-invalid'() {
      return props.error ? ('true' as const) : undefined;
    },
  };
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        <Show when={props.optional}>
          <span class="optional"> {props.optional}</span>
        </Show>
      </label>
      {props.children(control)}
      <Show when={props.hint}>
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      </Show>
      <Show when={props.error}>
        <p class="field-error" id={`${id}-error`}>
          {props.error}
        </p>
      </Show>
    </div>
  );
}
