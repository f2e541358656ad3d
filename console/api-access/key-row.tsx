import { createSignal, createUniqueId, Show, Suspense } from 'solid-js';
import type { ApiKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { highlightOf } from '../ui/highlight.ts';
import { Icon } from '../ui/icon.tsx';
import { lazyNamed } from '../ui/lazy-named.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { createKeyActions } from './key-actions.ts';
import { KeyStatus } from './key-status.tsx';
import { RenameForm } from './rename-form.tsx';

const KeyDetails = lazyNamed(() => import('./details/key-details.tsx'), 'KeyDetails');

/** One key: the facts for a glance, with the details and rarer actions folded away. */
export function KeyRow(props: {
  apiKey: ApiKey;
  subOrgNames: ReadonlyMap<number, string>;
  onOpen: (kind: 'rotate' | 'revoke', key: ApiKey) => void;
}) {
  const detailsId = createUniqueId();
  const [isOpen, setOpen] = createSignal(false);
  const actions = createKeyActions(() => props.apiKey);
  const isLive = () => props.apiKey.status === 'active' || props.apiKey.status === 'disabled';
  return (
    <>
      <tr
        class="row"
        data-status={props.apiKey.status}
        data-focus-home
        data-highlighted={highlightOf(props.apiKey.id)}
      >
        <th scope="row" class="cell-main">
          <Show
            when={actions.isRenaming()}
            fallback={
              <button
                type="button"
                class="disclosure"
                aria-expanded={isOpen()}
                aria-controls={detailsId}
                onClick={() => setOpen(!isOpen())}
              >
                <Icon name="chevron" />
                <span class="visually-hidden">{text.actions.detailsOf} </span>
                <bdi class="record-label">{props.apiKey.label}</bdi>
              </button>
            }
          >
            <RenameForm
              label={props.apiKey.label}
              onSave={actions.rename}
              onCancel={actions.stopRenaming}
            />
          </Show>
          <span class="key-id">
            <code class="preview">{props.apiKey.preview}</code>
            <Show when={props.apiKey.environment === 'test'}>
              <span class="tag">{text.testKey}</span>
            </Show>
          </span>
        </th>
        <td data-label={text.table.subOrg}>
          <Show
            when={props.apiKey.subOrgId}
            fallback={<span class="muted">{text.wholeOrganization}</span>}
          >
            {(id) => <bdi>{props.subOrgNames.get(id()) ?? id()}</bdi>}
          </Show>
        </td>
        <td data-label={text.table.createdBy}>
          <Creator id={props.apiKey.createdBy} />
        </td>
        <td data-label={text.table.createdAt}>
          <TimeAgo at={props.apiKey.createdAt} />
        </td>
        <td data-label={text.table.lastUsedAt}>
          <TimeOr at={props.apiKey.lastUsedAt} otherwise={text.never} />
        </td>
        <td data-label={text.table.expiresAt}>
          <TimeOr at={props.apiKey.expiresAt} otherwise={text.neverExpires} />
        </td>
        <td data-label={text.table.status}>
          <KeyStatus apiKey={props.apiKey} />
        </td>
        <td class="cell-actions">
          <Show when={isLive()}>
            <button
              type="button"
              class="button button-quiet"
              aria-haspopup="dialog"
              aria-label={text.actions.of(text.actions.rotate, props.apiKey.label)}
              onClick={() => props.onOpen('rotate', props.apiKey)}
            >
              {text.actions.rotate}
            </button>
          </Show>
          <Show when={props.apiKey.status !== 'revoked'}>
            <button
              type="button"
              class="button button-quiet button-warn"
              aria-haspopup="dialog"
              aria-label={text.actions.of(text.actions.revoke, props.apiKey.label)}
              onClick={() => props.onOpen('revoke', props.apiKey)}
            >
              {text.actions.revoke}
            </button>
          </Show>
        </td>
      </tr>
      <Show when={actions.problem()}>
        <tr class="row-problem">
          <td colSpan={8}>
            <ProblemNote problem={actions.problem()} onRetry={actions.retry} />
          </td>
        </tr>
      </Show>
      <tr class="row-details" id={detailsId} hidden={!isOpen()}>
        <td colSpan={8}>
          <Show when={isOpen()}>
            <Suspense>
              <KeyDetails apiKey={props.apiKey} actions={actions} onOpen={props.onOpen} />
            </Suspense>
          </Show>
        </td>
      </tr>
    </>
  );
}

function TimeOr(props: { at: string | null; otherwise: string }) {
  return (
    <Show when={props.at} fallback={<span class="muted">{props.otherwise}</span>}>
      {(at) => <TimeAgo at={at()} />}
    </Show>
  );
}

function Creator(props: { id: string | null }) {
  const member = useMember();
  return (
    <Show when={props.id} fallback={<span class="muted">{text.imported}</span>}>
      {(id) => (
        <Show
          when={id() === member()?.user.id}
          fallback={<span class="clip clip-short">{id()}</span>}
        >
          {text.you}
        </Show>
      )}
    </Show>
  );
}
