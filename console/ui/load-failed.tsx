import { createUniqueId, onMount, Show } from 'solid-js';
import { dialogs, loading as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';
import { reloadPage } from './location.tsx';
import { isOutdated, lookForNewVersion } from './version.ts';

/** A part of the console that could not be loaded or stopped: the reason, and what helps. */
export interface Failure {
  readonly kind: 'load' | 'fault';
  readonly isRetrying: boolean;
  readonly onRetry: () => void;
}

/** Replaces a page, or a part of one, that failed. */
export function PartFailed(props: { failure: Failure }) {
  onMount(() => void lookForNewVersion());
  return (
    <div class="problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>{sentenceOf(props.failure)}</p>
      </div>
      <Remedy failure={props.failure} />
    </div>
  );
}

/** Replaces a dialog that failed. The browser's own dialog needs no further script. */
export function DialogFailed(props: { failure: Failure; onClose: () => void }) {
  const id = createUniqueId();
  let dialog: HTMLDialogElement | undefined;
  onMount(() => {
    dialog?.showModal();
    void lookForNewVersion();
  });
  return (
    <dialog
      ref={dialog}
      class="dialog dialog-failed"
      aria-labelledby={id}
      onClose={() => props.onClose()}
    >
      <div class="dialog-body">
        <p id={id} role="alert">
          {sentenceOf(props.failure)}
        </p>
        <div class="dialog-foot">
          <button type="button" class="button" onClick={() => dialog?.close()}>
            {dialogs.close}
          </button>
          <Remedy failure={props.failure} />
        </div>
      </div>
    </dialog>
  );
}

function sentenceOf({ kind }: Failure): string {
  if (isOutdated()) return text.outdated;
  return kind === 'load' ? text.failed : text.fault;
}

function Remedy(props: { failure: Failure }) {
  return (
    <Show
      when={!isOutdated()}
      fallback={
        <button type="button" class="button button-primary" onClick={reloadPage}>
          {text.reload}
        </button>
      }
    >
      <button
        type="button"
        class="button"
        aria-disabled={props.failure.isRetrying}
        onClick={() => props.failure.onRetry()}
      >
        {props.failure.isRetrying ? text.retrying : text.retry}
      </button>
    </Show>
  );
}
