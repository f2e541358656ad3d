import * as Modal from '@kobalte/core/dialog';
import { type JSX, onCleanup, Show } from 'solid-js';
import { dialogs as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';

export interface DialogProps {
  readonly title: string;
  readonly description?: JSX.Element;
  /** `alert` for a question about an irreversible action. */
  readonly kind?: 'plain' | 'alert';
  /** Called on Escape, an outside click and the close button; it decides whether to close. */
  readonly onClose: () => void;
  /** False where only the content's own buttons close it. */
  readonly hasCloseButton?: boolean;
  readonly children: JSX.Element;
}

/** A modal dialog, open while it is rendered. On closing, focus returns to the opener. */
export function Dialog(props: DialogProps) {
  const opener = document.activeElement;
  const home = opener?.closest<HTMLElement>('[data-focus-home]');
  let content: HTMLDivElement | undefined;
  onCleanup(() => setTimeout(() => giveBack(opener, home)));
  const focusFirst = (event: Event) => {
    const wanted = content?.querySelector<HTMLElement>('[data-autofocus]');
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
  };
  return (
    <Modal.Root open onOpenChange={(isOpen) => !isOpen && props.onClose()}>
      <Modal.Portal>
        <Modal.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Modal.Content
            ref={content}
            class="dialog"
            role={props.kind === 'alert' ? 'alertdialog' : 'dialog'}
            aria-modal="true"
            onOpenAutoFocus={focusFirst}
          >
            <div class="dialog-head">
              <Modal.Title class="dialog-title">{props.title}</Modal.Title>
              <Show when={props.hasCloseButton !== false}>
                <button
                  type="button"
                  class="button-icon"
                  aria-label={text.close}
                  onClick={() => props.onClose()}
                >
                  <Icon name="close" />
                </button>
              </Show>
            </div>
            <Show when={props.description}>
              <Modal.Description class="dialog-lead">{props.description}</Modal.Description>
            </Show>
            {props.children}
          </Modal.Content>
        </div>
      </Modal.Portal>
    </Modal.Root>
  );
}

/**
 * The opener may be gone (its row was revoked, say). Then its container marked `data-focus-home`
 * gets the focus, or the container's first button; otherwise the page's heading.
 */
function giveBack(opener: Element | null, home: HTMLElement | null | undefined): void {
  if (document.querySelector('[aria-modal]')) return;
  const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  const near = home?.matches('[tabindex]') ? home : home?.querySelector('button');
  const around = near?.isConnected ? near : document.querySelector<HTMLElement>('main h1');
  (isThere ? opener : around)?.focus();
}
