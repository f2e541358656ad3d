import { createSignal } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import type { SubOrg } from '../api/records.ts';
import { refreshSubOrgs } from '../api/sub-orgs.ts';
import { subOrgs as text } from '../messages/messages.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TextField } from '../ui/text-field.tsx';

/** Names a sub-organization: a new or an existing one. */
export function NameDialog(props: { subOrg: SubOrg | null; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const [name, setName] = createSignal(props.subOrg?.name ?? '');
  const [isMissing, setMissing] = createSignal(false);
  const save = createAction(async () => {
    const wanted = name().trim();
    const { subOrg } = props;
    if (subOrg === null) await api.trpc.subOrgs.create.mutate({ name: wanted });
    else await api.trpc.subOrgs.update.mutate({ id: subOrg.id, name: wanted });
    await refreshSubOrgs(api);
    announce(subOrg === null ? text.done.created(wanted) : text.done.renamed(wanted));
  });
  const check = () => {
    setMissing(name().trim() === '');
    return !isMissing();
  };
  return (
    <FormDialog
      title={props.subOrg === null ? text.createTitle : text.renameTitle(props.subOrg.name)}
      save={props.subOrg === null ? text.save : text.saveName}
      problem={save.problem()}
      isPending={save.isPending()}
      check={check}
      onSave={save.start}
      onClose={props.onClose}
    >
      <TextField
        label={text.name}
        value={name()}
        isFirst
        error={isMissing() ? text.nameNeeded : save.problem()?.fields.name}
        onInput={setName}
      />
    </FormDialog>
  );
}
