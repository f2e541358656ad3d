import { createEffect, type JSX, type ParentProps, Show } from 'solid-js';
import { settings as text } from '../messages/messages.ts';

/** One page of Settings: its title, its purpose, its one main action. */
export function Page(
  props: ParentProps<{
    title: string;
    lead?: string;
    /** A link back, above the title. */
    before?: JSX.Element;
    action?: JSX.Element;
  }>,
) {
  createEffect(() => {
    document.title = text.pageTitle(props.title);
  });
  return (
    <>
      <header class="page-head">
        <div>
          {props.before}
          <h1 tabIndex={-1}>{props.title}</h1>
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
