import { createSignal } from 'solid-js';
import { createStore } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys } from '../api/api-keys.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { dialogs, reveal, keyForm as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { Select } from '../ui/select.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import { DialectFields } from './dialect-fields.tsx';
import { emptyDraft, inputOf, validationErrorsOf } from './key-draft.ts';
import { apiKeySecret, revealedKey } from './key-secret.tsx';

/** New API Key: the form, then the secret. */
export function NewKeyDialog(props: { onClose: () => void }) {
  return (
    <RevealDialog
      kind={apiKeySecret}
      title={text.title}
      lead={text.lead}
      revealTitle={reveal.createdTitle}
      revealLead={reveal.lead}
      onClose={props.onClose}
      form={({ show, leave }) => <NewKeyForm show={show} leave={leave} />}
    />
  );
}

/** The form of a new key: a label and optional settings. The input stays until a key is created. */
function NewKeyForm(props: Pick<Reveal, 'show' | 'leave'>) {
  const api = useApi();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const active = () => (subOrgs.isSuccess ? subOrgs.data : []).filter((each) => !each.archivedAt);
  const [draft, setDraft] = createStore({ ...emptyDraft });
  const [validationErrors, setValidationErrors] = createSignal<Record<string, string>>({});
  let form: HTMLFormElement | undefined;

  const create = createAction(async () => {
    await props.show(api.trpc.apiKeys.create.mutate(inputOf(draft)).then(revealedKey));
    void refreshKeys(api);
  });
  const errorOf = (field: string) => validationErrors()[field] ?? create.problem()?.fields[field];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setValidationErrors(validationErrorsOf(draft));
    const isFine = Object.keys(validationErrors()).length === 0 && (await create.start());
    if (!isFine) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <form class="dialog-body" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={text.label} hint={text.labelHint} error={errorOf('label')}>
        {(control) => (
          <input
            {...control}
            class="input"
            data-autofocus
            required
            dir="auto"
            autocomplete="off"
            maxLength={100}
            value={draft.label}
            onInput={(event) => setDraft('label', event.currentTarget.value)}
          />
        )}
      </Field>
      <DialectFields draft={draft} onChange={setDraft} errorOf={errorOf} />
      <Field
        label={text.subOrg}
        optional={text.optional}
        hint={text.subOrgHint}
        error={errorOf('subOrgId')}
      >
        {(control) => (
          <Select
            control={control}
            value={draft.subOrg}
            options={[
              ['', text.wholeOrganization],
              ...active().map(({ id, name }) => [String(id), name] as const),
            ]}
            onChange={(value) => setDraft('subOrg', value)}
          />
        )}
      </Field>
      <AdvancedFields draft={draft} onChange={setDraft} errorOf={errorOf} />
      <ProblemNote problem={create.problem()} onRetry={() => void create.retry()} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => props.leave()}>
          {dialogs.cancel}
        </button>
        <button type="submit" class="button button-primary" aria-disabled={create.isPending()}>
          {create.isPending() ? text.creating : text.create}
        </button>
      </div>
    </form>
  );
}
