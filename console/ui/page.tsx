import { createEffect, type JSX, type ParentProps, Show } from 'solid-js';
import { settings as text } from '../messages/messages.ts';

/** One page of Settings: its title, what it is for, its one main action. */
export function Page(props: ParentProps<{ title: string; lead: string; action?: JSX.Element }>) {
  createEffect(() => {
    document.title = text.pageTitle(props.title);
  });
  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{props.title}</h1>
          <p class="muted">{props.lead}</p>
        </div>
        <Show when={props.action}>{props.action}</Show>
      </header>
      {props.children}
    </>
  );
}
