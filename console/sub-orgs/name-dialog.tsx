import { createSignal } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { defined } from '../api/defined.ts';
import type { SubOrg } from '../api/records.ts';
import { refreshSubOrgs } from '../api/sub-orgs.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { highlight } from '../ui/highlight.ts';
import { useStatusLine } from '../ui/status-line.tsx';
import { TextField } from '../ui/text-field.tsx';

/** Names a sub-organization: a new or an existing one. */
export function NameDialog(props: { subOrg: SubOrg | null; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const [name, setName] = createSignal(props.subOrg?.name ?? '');
  const save = createAction(async () => {
    const wanted = name().trim();
    const { subOrg } = props;
    const saved =
      subOrg === null
        ? await api.trpc.subOrgs.create.mutate({ name: wanted })
        : await api.trpc.subOrgs.update.mutate({ id: subOrg.id, name: wanted });
    highlight(saved.id);
    await refreshSubOrgs(api);
    announce(subOrg === null ? text.done.created(wanted) : text.done.renamed(wanted));
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => defined({ name: name().trim() === '' ? text.nameNeeded : undefined }),
    input: () => ({ name: name().trim() }),
    problem: save.problem,
  });
  return (
    <FormDialog
      title={props.subOrg === null ? text.createTitle : text.renameTitle(props.subOrg.name)}
      save={props.subOrg === null ? text.save : text.saveName}
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
    </FormDialog>
  );
}
