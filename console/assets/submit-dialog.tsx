import { createSignal } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { type AssetKind, refreshAssets, submitAsset } from '../api/assets.ts';
import { defined } from '../api/defined.ts';
import { refreshJobs } from '../api/jobs.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { assets } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { Select } from '../ui/select.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Submits an address for a scan, and leads to what was submitted. */
export function SubmitDialog(props: {
  kind: AssetKind;
  onSubmitted: (id: number) => void;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const text = () => assets[props.kind.noun];
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const [url, setUrl] = createSignal('');
  const [subOrg, setSubOrg] = createSignal('');
  const input = () => ({
    url: url().trim(),
    sub_org_id: subOrg() === '' ? null : Number(subOrg()),
  });
  const submit = createAction(async () => {
    const id = await submitAsset(api, props.kind, input());
    announce(text().submitted);
    void refreshAssets(api);
    void refreshJobs(api);
    props.onSubmitted(id);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => defined({ url: url().trim() === '' ? text().urlNeeded : undefined }),
    input,
    problem: submit.problem,
  });
  return (
    <FormDialog
      title={text().create}
      save={text().submit}
      problem={problem()}
      isPending={submit.isPending()}
      check={check}
      onSave={submit.start}
      onClose={props.onClose}
    >
      <Field label={text().url} hint={text().urlHint} error={errorOf('url')}>
        {(control) => (
          <input
            {...control}
            class="input"
            type="url"
            data-autofocus
            required
            placeholder="https://"
            autocomplete="off"
            spellcheck={false}
            maxLength={2083}
            value={url()}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={text().subOrg} error={errorOf('sub_org_id')}>
        {(control) => (
          <Select
            control={control}
            value={subOrg()}
            options={[
              ['', text().noSubOrg],
              ...(subOrgs.isSuccess ? subOrgs.data : [])
                .filter(({ archivedAt }) => archivedAt === null)
                .map(({ id, name }) => [String(id), name] as const),
            ]}
            onChange={setSubOrg}
          />
        )}
      </Field>
    </FormDialog>
  );
}
