import { createSignal } from 'solid-js';
import { unwrap } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { changedFields } from '../api/changed-fields.ts';
import { defined } from '../api/defined.ts';
import type { ServiceAccount, ServiceAccountRole } from '../api/records.ts';
import { refreshServiceAccounts } from '../api/service-accounts.ts';
import { serviceAccounts as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { highlight } from '../ui/highlight.ts';
import { Select } from '../ui/select.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TextField } from '../ui/text-field.tsx';

/** Creates a service account, or edits an existing one. */
export function AccountDialog(props: { account: ServiceAccount | null; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  // A copy: the record may change in place, and only the user's own edits are saved.
  const before = props.account && { ...unwrap(props.account) };
  const [name, setName] = createSignal(props.account?.name ?? '');
  const [description, setDescription] = createSignal(props.account?.description ?? '');
  const [role, setRole] = createSignal<ServiceAccountRole>(props.account?.role ?? 'viewer');
  const input = () => ({
    name: name().trim(),
    description: description().trim() || null,
    role: role(),
  });
  const save = createAction(async () => {
    const { account } = props;
    const wanted = input();
    const saved =
      account === null || before === null
        ? await api.trpc.serviceAccounts.create.mutate(wanted)
        : await api.trpc.serviceAccounts.update.mutate({
            id: account.id,
            ...changedFields(before, wanted),
          });
    highlight(saved.id);
    await refreshServiceAccounts(api);
    announce(account === null ? text.done.created(wanted.name) : text.done.saved(wanted.name));
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => defined({ name: name().trim() === '' ? text.nameNeeded : undefined }),
    input,
    problem: save.problem,
  });
  return (
    <FormDialog
      title={props.account === null ? text.createTitle : text.editTitle(props.account.name)}
      save={text.save}
      problem={problem()}
      isPending={save.isPending()}
      check={check}
      onSave={save.start}
      onClose={props.onClose}
    >
      <TextField
        label={text.name}
        value={name()}
        isFirst
        error={errorOf('name')}
        onInput={setName}
      />
      <TextField
        label={text.description}
        optional={text.optional}
        value={description()}
        maxLength={1000}
        error={errorOf('description')}
        onInput={setDescription}
      />
      <Field label={text.role} hint={text.roleHint} error={errorOf('role')}>
        {(control) => (
          <Select
            control={control}
            value={role()}
            options={Object.entries(text.roles) as [ServiceAccountRole, string][]}
            onChange={setRole}
          />
        )}
      </Field>
    </FormDialog>
  );
}
