import * as Modal from '@kobalte/core/dialog';
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { dialogs as text } from '../messages/messages.ts';
import { createFormChanges } from './form-changes.ts';
import { Icon } from './icon.tsx';
import { LeaveQuestion } from './leave-question.tsx';
import { useLocation } from './location.tsx';

export interface DialogProps {
  readonly title: string;
  readonly description?: JSX.Element;
  /** `alert` for a question about an irreversible action. */
  readonly kind?: 'plain' | 'alert';
  /**
   * Called on Escape, an outside click and the close button, once leaving a changed form is
   * confirmed; it decides whether to close.
   */
  readonly onClose: () => void;
  /** False where only the content's own buttons close it. */
  readonly hasCloseButton?: boolean;
  /** Whether `onClose` itself asks before something is lost. */
  readonly asksItself?: boolean;
  readonly children: JSX.Element;
}

/**
 * A modal dialog, open while it is rendered. On closing, focus returns to the opener. Escape, an
 * outside click, the close button, Back and a reload ask before they lose a changed form; a typed
 * confirmation (`alert`) is nothing to lose.
 */
export function Dialog(props: DialogProps) {
  const opener = document.activeElement;
  const home = opener?.closest<HTMLElement>('[data-focus-home]');
  let content: HTMLDivElement | undefined;
  onCleanup(() => setTimeout(() => giveBack(opener, home)));
  const changes = createFormChanges();
  const [isAsking, setAsking] = createSignal(false);
  const isAtRisk = () => props.kind !== 'alert' && !props.asksItself && changes.isChanged();
  let edited: Element | null = null;
  const mayLeave = () => {
    if (!isAtRisk()) return true;
    if (!isAsking()) edited = document.activeElement;
    setAsking(true);
    return false;
  };
  const leave = () => mayLeave() && props.onClose();
  const goBack = () => {
    setAsking(false);
    if (edited instanceof HTMLElement) edited.focus();
  };
  const warn = (event: BeforeUnloadEvent) => isAtRisk() && event.preventDefault();
  window.addEventListener('beforeunload', warn);
  onCleanup(() => window.removeEventListener('beforeunload', warn));
  useLocation().guard(mayLeave);
  const focusFirst = (event: Event) => {
    const wanted = content?.querySelector<HTMLElement>('[data-autofocus]');
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
  };
  return (
    <Modal.Root open onOpenChange={(isOpen) => !isOpen && leave()}>
      <Modal.Portal>
        <Modal.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Modal.Content
            ref={content}
            class="dialog"
            role={props.kind === 'alert' ? 'alertdialog' : 'dialog'}
            aria-modal="true"
            onOpenAutoFocus={focusFirst}
            onFocusIn={changes.remember}
            onInput={changes.follow}
          >
            <div class="dialog-head">
              <Modal.Title class="dialog-title">{props.title}</Modal.Title>
              <Show when={props.hasCloseButton !== false}>
                <button type="button" class="button-icon" aria-label={text.close} onClick={leave}>
                  <Icon name="close" />
                </button>
              </Show>
            </div>
            <Show when={props.description}>
              <Modal.Description class="dialog-lead">{props.description}</Modal.Description>
            </Show>
            {props.children}
            <Show when={isAsking() && !props.asksItself}>
              <LeaveQuestion
                title={text.unsavedTitle}
                lead={text.unsaved}
                back={text.keepEditing}
                leave={text.discard}
                onBack={goBack}
                onLeave={() => props.onClose()}
              />
            </Show>
          </Modal.Content>
        </div>
      </Modal.Portal>
    </Modal.Root>
  );
}

/**
 * The opener may be gone (its row was revoked, say). Then its container marked `data-focus-home`
 * gets the focus, or the container's first button or link; otherwise the page's heading.
 */
function giveBack(opener: Element | null, home: HTMLElement | null | undefined): void {
  if (document.querySelector('[aria-modal]')) return;
  const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  const near = home?.matches('[tabindex]')
    ? home
    : home?.querySelector<HTMLElement>('button, a[href]');
  const around = near?.isConnected ? near : document.querySelector<HTMLElement>('main h1');
  (isThere ? opener : around)?.focus();
}
