import { For, type JSX, Show } from 'solid-js';
import type { AuditFilter } from '../api/audit-log.ts';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { changesInWords } from './change-words.ts';

/** One entry: actor, action, target and changes. Actor and target link to a filter on them. */
export function AuditRow(props: {
  event: AuditEvent;
  onFilter: (name: keyof AuditFilter, value: string) => void;
}) {
  const changes = () => changesInWords(props.event.changes ?? {});
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <span class="record-label">{text.actions[props.event.action] ?? props.event.action}</span>
        <Show when={changes().length > 0}>
          <ul class="changes">
            <For each={changes()}>
              {({ field, before, after }) => (
                <li>
                  <span class="muted">{field}:</span>{' '}
                  <Show when={before !== null} fallback={<bdi>{after}</bdi>}>
                    <Labelled says={text.before}>
                      <del>{before}</del>
                    </Labelled>{' '}
                    <Icon name="arrow" />{' '}
                    <Labelled says={text.after}>
                      <ins>{after}</ins>
                    </Labelled>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </th>
      <td data-label={text.columns.actor}>
        <Actor actor={props.event.actor} onFilter={props.onFilter} />
      </td>
      <td data-label={text.columns.target}>
        <Show when={props.event.target} fallback={text.noTarget}>
          {(target) => (
            <button
              type="button"
              class="link clip"
              aria-label={text.onlyTarget(target().id)}
              title={target().name ?? target().id}
              onClick={() => props.onFilter('target', target().id)}
            >
              <code>{target().id}</code>
            </button>
          )}
        </Show>
      </td>
      <td data-label={text.columns.at}>
        <TimeAgo at={props.event.at} />
      </td>
      <td data-label={text.columns.from} class="cell-wide">
        <code>{props.event.ipAddress ?? text.noTarget}</code>
        <Show when={props.event.requestId}>
          {(id) => (
            <p class="request">
              <span class="muted">{text.request}</span> <code class="clip">{id()}</code>
              <CopyButton value={id()} label={text.copyRequest(id())} />
            </p>
          )}
        </Show>
      </td>
    </tr>
  );
}

function Labelled(props: { says: string; children: JSX.Element }) {
  return (
    <>
      <span class="visually-hidden">{props.says} </span>
      <bdi>{props.children}</bdi>
    </>
  );
}

function Actor(props: {
  actor: AuditEvent['actor'];
  onFilter: (name: keyof AuditFilter, value: string) => void;
}) {
  const member = useMember();
  /** The value in the form of the log's filter. */
  const written = () => {
    const { kind, id } = props.actor;
    return id === null ? kind : `${kind}:${id}`;
  };
  const name = () =>
    written() === `user:${member()?.user.id}`
      ? text.you
      : (props.actor.name ?? text.actors[props.actor.kind] ?? written());
  return (
    <button
      type="button"
      class="link clip"
      aria-label={text.onlyActor(name())}
      title={written()}
      onClick={() => props.onFilter('actor', written())}
    >
      {name()}
    </button>
  );
}
