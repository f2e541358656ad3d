import { createEffect, createSignal, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { useQuery } from '../api/use-query.ts';
import { settingsOf, keyForm as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { dayText } from '../ui/time-text.ts';
import { daysOf, type Expiry, type KeyDraft } from './key-draft.ts';
import { LimitFields } from './limit-fields.tsx';
import { ScopeChoice } from './scope-choice.tsx';

const fields = [
  'expiresInDays',
  'scopes',
  'ipAllowList',
  'rateLimit.limit',
  'rateLimit.windowSeconds',
  'serviceAccountId',
];

/** Expiry, scopes, limits and owner: folded away behind a one-line summary of their values. */
export function AdvancedFields(props: {
  draft: KeyDraft;
  onChange: (changes: Partial<KeyDraft>) => void;
  errorOf: (field: string) => string | undefined;
}) {
  const api = useApi();
  const [isOpen, setOpen] = createSignal(false);
  const accounts = useQuery(() => serviceAccountQueries.all(api));
  const active = () => (accounts.isSuccess ? accounts.data : []).filter((each) => each.isActive);
  // An error must not stay folded away.
  createEffect(() => fields.some((field) => props.errorOf(field)) && setOpen(true));

  const resolved = () => {
    const days = daysOf(props.draft);
    return typeof days === 'number'
      ? text.expiresOn(dayText(Date.now() + days * 86_400_000))
      : text.expiresNever;
  };
  const summary = () =>
    text.summary([
      `${text.expiry}: ${text.expiryPresets[props.draft.expiry].toLowerCase()}`,
      props.draft.scopes === null ? text.allScopes : text.someScopes,
      props.draft.addresses.trim() === '' ? settingsOf.anyAddress : text.addresses,
      ...(props.draft.rateCount.trim() === '' ? [] : [text.rateLimit]),
    ]);
  return (
    <details
      class="advanced"
      open={isOpen()}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <Icon name="chevron" /> {text.advanced}
        <span class="advanced-summary">{summary()}</span>
      </summary>
      <div class="advanced-body">
        <div class="field-pair">
          <Field label={text.expiry} hint={resolved()}>
            {(control) => (
              <Select
                control={control}
                value={props.draft.expiry}
                options={Object.entries(text.expiryPresets) as [Expiry, string][]}
                onChange={(expiry) => props.onChange({ expiry })}
              />
            )}
          </Field>
          <Show when={props.draft.expiry === 'date'}>
            <Field label={text.date} error={props.errorOf('expiresInDays')}>
              {(control) => (
                <input
                  {...control}
                  class="input"
                  type="date"
                  value={props.draft.date}
                  onInput={(event) => props.onChange({ date: event.currentTarget.value })}
                />
              )}
            </Field>
          </Show>
        </div>
        <Show when={props.draft.dialect !== 'repurai'}>
          <ScopeChoice
            dialect={props.draft.dialect}
            value={props.draft.scopes}
            error={props.errorOf('scopes')}
            onChange={(scopes) => props.onChange({ scopes })}
          />
        </Show>
        <LimitFields draft={props.draft} onChange={props.onChange} errorOf={props.errorOf} />
        <Show when={active().length > 0}>
          <Field label={text.owner} hint={text.ownerHint} error={props.errorOf('serviceAccountId')}>
            {(control) => (
              <Select
                control={control}
                value={props.draft.owner}
                options={[['', text.you], ...active().map(({ id, name }) => [id, name] as const)]}
                onChange={(owner) => props.onChange({ owner })}
              />
            )}
          </Field>
        </Show>
      </div>
    </details>
  );
}
