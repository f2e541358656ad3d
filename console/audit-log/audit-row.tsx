import { For, Show } from 'solid-js';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { TimeAgo } from '../ui/time-ago.tsx';
import { changeText } from './change-text.ts';

/** One entry: who did what on what, and what it changed. */
export function AuditRow(props: { event: AuditEvent }) {
  const changes = () => Object.entries(props.event.changes ?? {});
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <span class="key-label">{text.actions[props.event.action] ?? props.event.action}</span>
        <Show when={changes().length > 0}>
          <ul class="changes">
            <For each={changes()}>
              {([name, change]) => (
                <li>
                  <span class="muted">{name}</span> <bdi>{changeText(change)}</bdi>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </th>
      <td data-label={text.columns.actor}>
        <Actor actor={props.event.actor} />
      </td>
      <td data-label={text.columns.target}>
        <code class="clip">{props.event.target ?? text.noTarget}</code>
      </td>
      <td data-label={text.columns.at}>
        <TimeAgo at={props.event.at} />
      </td>
      <td data-label={text.columns.from}>
        <code>{props.event.ipAddress ?? text.noTarget}</code>
      </td>
    </tr>
  );
}

function Actor(props: { actor: string }) {
  const member = useMember();
  const name = () => {
    if (props.actor === 'operator') return text.operator;
    return props.actor === `user:${member()?.user.id}` ? text.you : props.actor;
  };
  return <span class="clip">{name()}</span>;
}
