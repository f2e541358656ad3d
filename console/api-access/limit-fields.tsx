import { keyForm as text } from '../messages/messages.ts';
import { Field, type FieldControl } from '../ui/field.tsx';
import { type LimitsDraft, rateLimitOf } from './key-draft.ts';

/** The fields for allowed addresses and the rate limit. */
export function LimitFields(props: {
  draft: LimitsDraft;
  onChange: (changes: Partial<LimitsDraft>) => void;
  errorOf: (field: string) => string | undefined;
}) {
  const number = (control: FieldControl, field: 'rateCount' | 'rateSeconds') => (
    <input
      {...control}
      class="input"
      inputMode="numeric"
      autocomplete="off"
      value={props.draft[field]}
      onInput={(event) => props.onChange({ [field]: event.currentTarget.value })}
    />
  );
  const rate = () => {
    const rate = rateLimitOf(props.draft);
    const isFine = !['rateLimit.limit', 'rateLimit.windowSeconds'].some(props.errorOf);
    const isRead = rate && Number.isInteger(rate.limit) && Number.isInteger(rate.windowSeconds);
    return isFine && isRead
      ? text.rateIs(text.rate(rate.limit, rate.windowSeconds))
      : text.rateHint;
  };
  return (
    <>
      <Field
        label={text.addresses}
        optional={text.optional}
        hint={text.addressesHint}
        error={props.errorOf('ipAllowList')}
      >
        {(control) => (
          <textarea
            {...control}
            class="input mono"
            rows={3}
            spellcheck={false}
            value={props.draft.addresses}
            onInput={(event) => props.onChange({ addresses: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset class="field">
        <legend>
          {text.rateLimit}
          <span class="optional"> {text.optional}</span>
        </legend>
        <div class="field-pair">
          <Field label={text.rateCount} error={props.errorOf('rateLimit.limit')}>
            {(control) => number(control, 'rateCount')}
          </Field>
          <Field label={text.rateSeconds} error={props.errorOf('rateLimit.windowSeconds')}>
            {(control) => number(control, 'rateSeconds')}
          </Field>
        </div>
        <p class="hint" aria-live="polite">
          {rate()}
        </p>
      </fieldset>
    </>
  );
}
