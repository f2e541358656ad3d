import { Show } from 'solid-js';
import { affectedKeys as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Link } from './location.tsx';

/** The number of active keys of a record, which leads to the list of them where it can be read. */
export function KeyCount(props: { count: number; href: string; of: string }) {
  const member = useMember();
  const isLink = () => props.count > 0 && member()?.may.createApiKeys === true;
  return (
    <Show when={isLink()} fallback={text.count(props.count, false)}>
      <Link class="link" href={props.href}>
        {text.count(props.count, false)}
        <span class="visually-hidden"> {text.of(props.of)}</span>
      </Link>
    </Show>
  );
}
