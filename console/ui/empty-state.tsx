import { type JSX, type ParentProps, Show } from 'solid-js';
import { Icon, type IconName } from './icon.tsx';

/** In place of a list that has nothing yet: a picture, a sentence, help, and the view's one main action. */
export function EmptyState(
  props: ParentProps<{
    icon: IconName;
    title: string;
    hint: string;
    /** Absent when the viewer can do nothing here. */
    action?: JSX.Element;
  }>,
) {
  return (
    <div class="panel empty-state">
      <span class="panel-icon">
        <Icon name={props.icon} />
      </span>
      <h2>{props.title}</h2>
      <p>{props.hint}</p>
      {props.children}
      <Show when={props.action}>{props.action}</Show>
      <RowsToCome />
    </div>
  );
}

/** Rows that fade out, as a list has them. */
function RowsToCome() {
  return (
    <svg class="rows-to-come" viewBox="0 0 272 152" aria-hidden="true">
      <path d="M8.5.5h255a8 8 0 0 1 8 8v23a8 8 0 0 1-8 8H8.5a8 8 0 0 1-8-8v-23a8 8 0 0 1 8-8ZM25 20a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z" />
      <path class="rows-words" d="M42 15h70m-70 11h40m130-6h40" />
      <path d="M8.5 56.5h255a8 8 0 0 1 8 8v23a8 8 0 0 1-8 8H8.5a8 8 0 0 1-8-8v-23a8 8 0 0 1 8-8ZM25 76a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z" />
      <path class="rows-words" d="M42 71h50m-50 11h66m104-6h40" />
      <path d="M8.5 112.5h255a8 8 0 0 1 8 8v23a8 8 0 0 1-8 8H8.5a8 8 0 0 1-8-8v-23a8 8 0 0 1 8-8ZM25 132a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z" />
      <path class="rows-words" d="M42 127h82m-82 11h34m136-6h40" />
    </svg>
  );
}
