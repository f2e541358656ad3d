import { Show } from 'solid-js';
import { createStore, unwrap } from 'solid-js/store';
import { createAction } from '../../api/action.ts';
import { useApi } from '../../api/api-context.tsx';
import { refreshKeys, showKey } from '../../api/api-keys.ts';
import type { ApiKey } from '../../api/records.ts';
import { keyEdit as text } from '../../messages/messages.ts';
import { useMember } from '../../session/member-context.ts';
import { Field } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { createFormErrors } from '../../ui/form-errors.ts';
import { useStatusLine } from '../../ui/status-line.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { LimitFields } from '../limit-fields.tsx';
import { ScopeChoice } from '../scope-choice.tsx';
import { changesOf, editErrors, editOf, type KeyEdit } from './key-edit.ts';
import { OwnerField } from './owner-field.tsx';

/** Edits every setting of a key that needs no new secret. */
export function EditKeyDialog(props: { apiKey: ApiKey; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  // A copy: the record may change in place, and only the user's own edits are saved.
  const key = structuredClone(unwrap(props.apiKey));
  const [edit, setEdit] = createStore<KeyEdit>(editOf(key));
  const save = createAction(async () => {
    const saved = await api.trpc.apiKeys.update.mutate(changesOf(key, edit, member()?.user.id));
    showKey(api, saved.id, () => saved);
    announce(text.saved(saved.label));
    void refreshKeys(api);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => editErrors(key, edit),
    input: () => changesOf(key, edit, member()?.user.id),
    problem: save.problem,
  });
  return (
    <FormDialog
      title={text.title(key.label)}
      save={text.save}
      problem={problem()}
      isPending={save.isPending()}
      check={check}
      onSave={() => save.start()}
      onClose={props.onClose}
    >
      <TextField
        isFirst
        label={text.label}
        value={edit.label}
        error={errorOf('label')}
        onInput={(label) => setEdit({ label })}
      />
      <Field
        label={text.description}
        optional={text.optional}
        hint={text.descriptionHint}
        error={errorOf('description')}
      >
        {(control) => (
          <textarea
            {...control}
            class="input"
            rows={2}
            dir="auto"
            maxLength={1000}
            value={edit.description}
            onInput={(event) => setEdit('description', event.currentTarget.value)}
          />
        )}
      </Field>
      <Show when={key.dialect !== 'repurai'}>
        <ScopeChoice
          dialect={key.dialect}
          value={edit.scopes}
          error={errorOf('scopes')}
          onChange={(scopes) => setEdit('scopes', scopes)}
        />
      </Show>
      <LimitFields draft={edit} onChange={setEdit} errorOf={errorOf} />
      <OwnerField
        apiKey={key}
        value={edit.owner}
        error={errorOf('serviceAccountId') ?? errorOf('createdBy')}
        onChange={(owner) => setEdit('owner', owner)}
      />
    </FormDialog>
  );
}
