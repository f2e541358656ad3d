import { Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import { useQuery } from '../api/use-query.ts';
import { keyForm as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { inDialect, type KeyDraft } from './key-draft.ts';

/** The format of a new key, where the server has more than one, and its project. */
export function DialectFields(props: {
  draft: KeyDraft;
  onChange: (changes: Partial<KeyDraft>) => void;
  errorOf: (field: string) => string | undefined;
}) {
  const api = useApi();
  const choices = useQuery(() => apiKeyQueries.offered(api));
  const offered = () => (choices.isSuccess ? choices.data.dialects : []);
  return (
    <Show when={offered().length > 1}>
      <Field
        label={text.dialect}
        hint={text.dialectHints[props.draft.dialect]}
        error={props.errorOf('dialect')}
      >
        {(control) => (
          <Select
            control={control}
            value={props.draft.dialect}
            options={offered().map((each) => [each, text.dialectNames[each]] as const)}
            onChange={(dialect) => props.onChange(inDialect(dialect))}
          />
        )}
      </Field>
      <Show when={props.draft.dialect === 'platform'}>
        <Field
          label={text.project}
          optional={text.optional}
          hint={text.projectHint}
          error={props.errorOf('projectId')}
        >
          {(control) => (
            <input
              {...control}
              class="input"
              autocomplete="off"
              maxLength={100}
              value={props.draft.project}
              onInput={(event) => props.onChange({ project: event.currentTarget.value })}
            />
          )}
        </Field>
      </Show>
    </Show>
  );
}
