import { For, type JSX, Show } from 'solid-js';
import type { AuditEvent } from '../api/records.ts';
import { auditLog as text } from '../messages/messages.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { changesInWords, type ReferredNames } from './change-words.ts';
import type { AuditParty } from './parties.ts';
import { Sentence } from './sentence.tsx';

/** One entry: a sentence, the changed settings, the time and the request. */
export function AuditRow(props: {
  event: AuditEvent;
  nameOf: ReferredNames;
  onFilter: (name: AuditParty, value: string) => void;
}) {
  const changes = () => changesInWords(props.event, props.nameOf);
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <Sentence event={props.event} onFilter={props.onFilter} />
        <Show when={changes().length > 0}>
          <ul class="changes">
            <For each={changes()}>
              {({ field, before, after, href }) => (
                <li>
                  <span class="muted">{field}:</span>{' '}
                  <Show when={before !== null} fallback={<Value text={after} href={href} />}>
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
      <td data-label={text.columns.at} class="cell-time">
        <TimeAgo at={props.event.at} />
      </td>
      <td data-label={text.columns.from} class="cell-wide">
        <code>{props.event.ipAddress ?? text.noAddress}</code>
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

/** A value, which leads to the key that it names. */
function Value(props: { text: string; href: string | null }) {
  return (
    <Show when={props.href} fallback={<bdi>{props.text}</bdi>}>
      {(href) => (
        <Link class="link" href={href()}>
          <bdi>{props.text}</bdi>
        </Link>
      )}
    </Show>
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
