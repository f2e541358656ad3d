import { createEffect, type JSX, onMount, type ParentProps, Show } from 'solid-js';
import { settings as text } from '../messages/messages.ts';

/**
 * One page of Settings: its title, its purpose, its one main action. The title takes the focus that was
 * lost with the page before: from nowhere, the next Tab would begin at the top.
 */
export function Page(
  props: ParentProps<{
    title: string;
    lead?: string;
    /** A link back, above the title. */
    before?: JSX.Element;
    action?: JSX.Element;
  }>,
) {
  let heading: HTMLHeadingElement | undefined;
  onMount(() => setTimeout(() => isFocusLost() && heading?.focus({ preventScroll: true })));
  createEffect(() => {
    document.title = text.pageTitle(props.title);
  });
  return (
    <>
      <header class="page-head">
        <div>
          {props.before}
          <h1 tabIndex={-1} ref={heading}>
            {props.title}
          </h1>
          <Show when={props.lead}>
            <p class="muted">{props.lead}</p>
          </Show>
        </div>
        <div class="page-actions">{props.action}</div>
      </header>
      {props.children}
    </>
  );
}

/** Whether the user's last step removed what had the focus. A page just loaded had none to lose. */
function isFocusLost(): boolean {
  return document.activeElement === document.body && navigator.userActivation?.hasBeenActive;
}
