import { createStore } from 'solid-js/store';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys } from '../api/api-keys.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { dialogs, reveal, keyForm as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { Field } from '../ui/field.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { highlight } from '../ui/highlight.ts';
import { useLocation } from '../ui/location.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { Select } from '../ui/select.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import { DialectFields } from './dialect-fields.tsx';
import { emptyDraft, inputOf, validationErrorsOf } from './key-draft.ts';
import { apiKeySecret, revealedKey } from './key-secret.tsx';

/** New API Key: the form, then the secret, then its row, whatever filter was set. */
export function NewKeyDialog(props: { onClose: () => void }) {
  const { go } = useLocation();
  let created: string | null = null;
  const close = () => {
    props.onClose();
    if (created === null) return;
    highlight(created);
    go('/settings/api-access', 'replace');
  };
  return (
    <RevealDialog
      kind={apiKeySecret}
      title={text.title}
      lead={text.lead}
      revealTitle={reveal.createdTitle}
      revealLead={reveal.lead}
      onClose={close}
      form={({ show, leave }) => (
        <NewKeyForm
          show={show}
          leave={leave}
          onCreated={(id) => {
            created = id;
          }}
        />
      )}
    />
  );
}

/** The form of a new key: a label and optional settings. The input stays until a key is created. */
function NewKeyForm(props: Pick<Reveal, 'show' | 'leave'> & { onCreated: (id: string) => void }) {
  const api = useApi();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const active = () => (subOrgs.isSuccess ? subOrgs.data : []).filter((each) => !each.archivedAt);
  const [draft, setDraft] = createStore({ ...emptyDraft });
  let form: HTMLFormElement | undefined;

  const create = createAction(async () => {
    const creating = api.trpc.apiKeys.create.mutate(inputOf(draft)).then((issued) => {
      props.onCreated(issued.key.id);
      return revealedKey(issued);
    });
    await props.show(creating);
    void refreshKeys(api);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => validationErrorsOf(draft),
    input: () => inputOf(draft),
    problem: create.problem,
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const isFine = check() && (await create.start());
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
      <ProblemNote problem={problem()} onRetry={() => void create.retry()} />
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
