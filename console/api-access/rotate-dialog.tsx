import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys } from '../api/api-keys.ts';
import type { ApiKey } from '../api/records.ts';
import { dialogs, reveal, rotate as text } from '../messages/messages.ts';
import type { Reveal } from '../ui/create-reveal.ts';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { RevealDialog } from '../ui/reveal-dialog.tsx';
import { localTimeText } from '../ui/time-text.ts';
import { apiKeySecret, revealedKey } from './key-secret.tsx';

type Grace = keyof typeof text.graces;
const graces = Object.keys(text.graces) as Grace[];

/** The longest grace that the server takes, in hours. */
const longest = 168;

/** Rotation: the lifetime of the old secret, then the new secret. */
export function RotateDialog(props: { key: ApiKey; onClose: () => void }) {
  return (
    <RevealDialog
      kind={apiKeySecret}
      title={text.title(props.key.label)}
      lead={text.lead}
      revealTitle={reveal.rotatedTitle}
      revealLead={reveal.lead}
      onClose={props.onClose}
      form={({ show, leave }) => <RotateForm apiKey={props.key} show={show} leave={leave} />}
    />
  );
}

function RotateForm(props: Pick<Reveal, 'show' | 'leave'> & { apiKey: ApiKey }) {
  const api = useApi();
  const name = createUniqueId();
  const [grace, setGrace] = createSignal<Grace>('86400');
  const [hours, setHours] = createSignal('48');
  const [isSent, setSent] = createSignal(false);
  /** The grace in seconds; not a number when the hours are none. */
  const seconds = () => {
    if (grace() !== 'custom') return Number(grace());
    const count = /^\d{1,3}$/.test(hours().trim()) ? Number(hours()) : 0;
    return count >= 1 && count <= longest ? count * 3600 : Number.NaN;
  };
  const hasError = () => isSent() && Number.isNaN(seconds());
  const rotate = createAction(async () => {
    const input = { id: props.apiKey.id, graceSeconds: seconds() };
    await props.show(api.trpc.apiKeys.rotate.mutate(input).then(revealedKey));
    void refreshKeys(api);
  });
  const end = () => Date.now() + seconds() * 1000;
  const isCapped = () => {
    const { expiresAt } = props.apiKey;
    return grace() !== '0' && expiresAt !== null && Date.parse(expiresAt) < end();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setSent(true);
    if (!Number.isNaN(seconds())) void rotate.start();
  };
  return (
    <form class="dialog-body" onSubmit={submit}>
      <fieldset class="field" aria-describedby={`${name}-what`}>
        <legend>{text.grace}</legend>
        <For each={graces}>
          {(each) => (
            <label class="check">
              <input
                type="radio"
                name={name}
                data-autofocus={each === grace() ? '' : undefined}
                checked={each === grace()}
                onChange={() => setGrace(each)}
              />
              {text.graces[each]}
            </label>
          )}
        </For>
      </fieldset>
      <Show when={grace() === 'custom'}>
        <Field label={text.hours} error={hasError() ? text.hoursError : undefined}>
          {(control) => (
            <input
              {...control}
              class="input"
              inputMode="numeric"
              autocomplete="off"
              value={hours()}
              onInput={(event) => setHours(event.currentTarget.value)}
            />
          )}
        </Field>
      </Show>
      <div class="notice notice-column" id={`${name}-what`} aria-live="polite">
        <Show when={!Number.isNaN(seconds())}>
          <p>{seconds() === 0 ? text.atOnce : text.until(localTimeText(end()))}</p>
        </Show>
        <Show when={isCapped()}>
          <p>{text.cappedByExpiry}</p>
        </Show>
        <Show when={props.apiKey.retiringUntil}>
          <p>{text.endsGrace}</p>
        </Show>
      </div>
      <ProblemNote problem={rotate.problem()} onRetry={() => void rotate.retry()} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => props.leave()}>
          {dialogs.cancel}
        </button>
        <button type="submit" class="button button-primary" aria-disabled={rotate.isPending()}>
          {rotate.isPending() ? text.rotating : text.confirm}
        </button>
      </div>
    </form>
  );
}
