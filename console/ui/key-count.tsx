import { Show } from 'solid-js';
import { affectedKeys as text } from '../messages/messages.ts';
import { Link } from './location.tsx';

/** The number of active keys of a record, which leads to the list of them where it can be read. */
export function KeyCount(props: {
  count: number;
  href: string;
  of: string;
  /** Whether the viewer may read the list of keys. */
  mayList: boolean;
}) {
  const isLink = () => props.count > 0 && props.mayList;
  return (
    <Show when={isLink()} fallback={text.count(props.count, false)}>
      <Link class="link" href={props.href}>
        {text.count(props.count, false)}
        <span class="visually-hidden"> {text.of(props.of)}</span>
      </Link>
    </Show>
  );
}
