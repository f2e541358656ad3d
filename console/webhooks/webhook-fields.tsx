import { createUniqueId, For, Show } from 'solid-js';
import { defined } from '../api/defined.ts';
import type { Webhook, WebhookEvent } from '../api/records.ts';
import { webhooks as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { webhookEvents } from './webhook-events.ts';

/** A webhook's form, as entered. */
export type WebhookDraft = Pick<Webhook, 'url' | 'events'>;

/** The missing fields, with their errors; empty when the form can be sent. */
export function validationErrorsOf({ url, events }: WebhookDraft): Partial<Record<string, string>> {
  return defined({
    url: url.trim() === '' ? text.urlNeeded : undefined,
    events: events.length === 0 ? text.eventNeeded : undefined,
  });
}

/** The fields for the address and the events. */
export function WebhookFields(props: {
  draft: WebhookDraft;
  errorOf: (field: string) => string | undefined;
  onChange: (draft: Partial<WebhookDraft>) => void;
}) {
  const id = createUniqueId();
  const toggle = (event: WebhookEvent, isChosen: boolean) =>
    props.onChange({
      events: webhookEvents.filter((each) =>
        each === event ? isChosen : props.draft.events.includes(each),
      ),
    });
  return (
    <>
      <Field label={text.url} hint={text.urlHint} error={props.errorOf('url')}>
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
            value={props.draft.url}
            onInput={(event) => props.onChange({ url: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset
        class="field"
        aria-describedby={props.errorOf('events') ? `${id}-error` : undefined}
      >
        <legend>{text.events}</legend>
        <For each={webhookEvents}>
          {(event) => (
            <label class="check">
              <input
                type="checkbox"
                aria-invalid={props.errorOf('events') ? 'true' : undefined}
                checked={props.draft.events.includes(event)}
                onChange={(change) => toggle(event, change.currentTarget.checked)}
              />
              <span class="check-text">
                <code>{event}</code>
                <span class="hint">{text.eventSentences[event]}</span>
              </span>
            </label>
          )}
        </For>
        <Show when={props.errorOf('events')}>
          <p class="field-error" id={`${id}-error`}>
            {props.errorOf('events')}
          </p>
        </Show>
      </fieldset>
    </>
  );
}
