import { Show } from 'solid-js';
import type { BulkAction, ListedKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { highlightOf } from '../ui/highlight.ts';
import { Icon } from '../ui/icon.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { Menu } from '../ui/menu.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ShortTime } from '../ui/short-time.tsx';
import { createKeyActions } from './key-actions.ts';
import { isExpiring } from './key-age.ts';
import type { OpenDialog } from './key-dialogs.tsx';
import { keyMenu } from './key-menu.ts';
import { KeyOwner } from './key-owner.tsx';
import type { KeySelection } from './key-selection.ts';
import { KeyStatus } from './key-status.tsx';
import { RenameForm } from './rename-form.tsx';
import { Sparkline } from './sparkline.tsx';

/** One key in one line, with a link to its page and its actions in a menu. */
export function KeyRow(props: {
  apiKey: ListedKey;
  subOrgNames: ReadonlyMap<number, string>;
  selection: KeySelection;
  onOpen: (dialog: OpenDialog) => void;
  onOwner: (id: string) => void;
}) {
  const { hrefWith } = useLocation();
  const actions = createKeyActions(() => props.apiKey);
  const member = useMember();
  const isMine = () => props.apiKey.owner.id === member()?.user.id;
  const isSelected = () => props.selection.has(props.apiKey.id);
  const openFor = (kind: 'rotate' | 'revoke') => props.onOpen({ kind, key: props.apiKey });
  const openBulk = (action: BulkAction) =>
    props.onOpen({ kind: 'bulk', action, keys: [props.apiKey] });
  return (
    <>
      <tr
        class="row"
        data-grid-row
        data-status={props.apiKey.status}
        data-focus-home
        aria-selected={isSelected()}
        data-highlighted={highlightOf(props.apiKey.id)}
      >
        <td class="cell-select">
          <input
            type="checkbox"
            aria-label={text.select.one(props.apiKey.label)}
            checked={isSelected()}
            onClick={(event) =>
              props.selection.select(props.apiKey.id, event.currentTarget.checked, event.shiftKey)
            }
          />
        </td>
        <th scope="row" class="cell-main">
          <Show
            when={actions.isRenaming()}
            fallback={
              <>
                <Link class="key-link" href={hrefWith({ key: props.apiKey.id })} activatesRow>
                  <span class="visually-hidden">{text.actions.detailsOf} </span>
                  <bdi class="record-label" title={props.apiKey.label}>
                    {props.apiKey.label}
                  </bdi>
                </Link>
                <Show when={props.apiKey.environment === 'test'}>
                  <span class="tag">{text.testKey}</span>
                </Show>
                <code class="preview">{props.apiKey.preview}</code>
              </>
            }
          >
            <RenameForm
              label={props.apiKey.label}
              onSave={actions.rename}
              onCancel={actions.stopRenaming}
            />
          </Show>
        </th>
        <td class="cell-owner" data-label={text.table.owner}>
          <KeyOwner owner={props.apiKey.owner} onOwner={props.onOwner} />
        </td>
        <td class="cell-sub-org" data-label={text.table.subOrg}>
          <Show
            when={props.apiKey.subOrgId}
            fallback={<span class="muted">{text.wholeOrganization}</span>}
          >
            {(id) => {
              const name = () => props.subOrgNames.get(id()) ?? String(id());
              return <bdi title={name()}>{name()}</bdi>;
            }}
          </Show>
        </td>
        <td data-label={text.table.lastUsedAt}>
          <Show when={props.apiKey.lastUsedAt} fallback={<span class="muted">{text.never}</span>}>
            {(at) => <ShortTime at={at()} />}
          </Show>
        </td>
        <td
          class="cell-expiry"
          data-label={text.table.expiresAt}
          data-soon={isExpiring(props.apiKey) ? '' : undefined}
        >
          <Expiry apiKey={props.apiKey} />
        </td>
        <td class="cell-calls" data-label={text.table.calls}>
          <Sparkline calls={props.apiKey.calls7d} />
        </td>
        <td class="cell-status" data-label={text.table.status}>
          <KeyStatus apiKey={props.apiKey} onTakeOver={() => openBulk('take_over')} />
        </td>
        <td class="cell-menu">
          <Show when={props.apiKey.status !== 'revoked'}>
            <Menu
              label={text.actions.menuOf(props.apiKey.label)}
              items={() => keyMenu(props.apiKey, { actions, openFor, openBulk, isMine: isMine() })}
            />
          </Show>
        </td>
      </tr>
      <Show when={actions.problem()}>
        <tr class="row-problem">
          <td>
            <ProblemNote problem={actions.problem()} onRetry={actions.retry} />
          </td>
        </tr>
      </Show>
    </>
  );
}

function Expiry(props: { apiKey: ListedKey }) {
  return (
    <Show when={props.apiKey.expiresAt} fallback={<span class="muted">{text.neverExpires}</span>}>
      {(at) => (
        <>
          <Show when={isExpiring(props.apiKey)}>
            <Icon name="clock" />{' '}
          </Show>
          <ShortTime at={at()} />
          <Show when={Date.parse(at()) <= Date.now()}>
            <span class="muted" aria-hidden="true">
              {' '}
              {text.ago}
            </span>
          </Show>
        </>
      )}
    </Show>
  );
}
