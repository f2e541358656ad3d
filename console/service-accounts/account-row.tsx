import { Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { accountKeysHref } from '../api/record-links.ts';
import type { ServiceAccount } from '../api/records.ts';
import { refreshServiceAccounts } from '../api/service-accounts.ts';
import { serviceAccounts as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { highlightOf } from '../ui/highlight.ts';
import { KeyCount } from '../ui/key-count.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** One service account. */
export function AccountRow(props: {
  account: ServiceAccount;
  mayChange: boolean;
  onEdit: () => void;
  onDisable: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const enable = createAction(async () => {
    const { id, name } = props.account;
    await api.trpc.serviceAccounts.update.mutate({ id, isActive: true });
    announce(text.done.enabled(name));
    await refreshServiceAccounts(api);
  });
  return (
    <>
      <tr class="row" data-highlighted={highlightOf(props.account.id)}>
        <th scope="row" class="cell-main">
          <bdi class="record-label">{props.account.name}</bdi>
          <Show when={props.account.description}>
            <p class="muted">
              <bdi>{props.account.description}</bdi>
            </p>
          </Show>
        </th>
        <td data-label={text.columns.role}>{text.roleNames[props.account.role]}</td>
        <td data-label={text.columns.keys}>
          <KeyCount
            count={props.account.activeKeys}
            href={accountKeysHref(props.account.id)}
            of={props.account.name}
            mayList={props.mayChange}
          />
        </td>
        <td data-label={text.columns.created}>
          <TimeAgo at={props.account.createdAt} />
        </td>
        <td data-label={text.columns.status}>
          <Chip
            tone={props.account.isActive ? 'good' : 'warning'}
            icon={props.account.isActive ? 'check' : 'pause'}
            label={props.account.isActive ? text.active : text.disabled}
          />
        </td>
        <Show when={props.mayChange}>
          <td class="cell-actions">
            <button
              type="button"
              class="button button-quiet"
              aria-haspopup="dialog"
              aria-label={`${text.edit} ${props.account.name}`}
              onClick={() => props.onEdit()}
            >
              {text.edit}
            </button>
            <Show
              when={props.account.isActive}
              fallback={
                <button
                  type="button"
                  class="button button-quiet"
                  aria-disabled={enable.isPending()}
                  aria-label={`${text.enable} ${props.account.name}`}
                  onClick={() => void enable.start()}
                >
                  {text.enable}
                </button>
              }
            >
              <button
                type="button"
                class="button button-quiet button-warn"
                aria-haspopup="dialog"
                aria-label={`${text.disable} ${props.account.name}`}
                onClick={() => props.onDisable()}
              >
                {text.disable}
              </button>
            </Show>
          </td>
        </Show>
      </tr>
      <Show when={enable.problem()}>
        <tr class="row-problem">
          <td colSpan={6}>
            <ProblemNote problem={enable.problem()} onRetry={() => void enable.retry()} />
          </td>
        </tr>
      </Show>
    </>
  );
}
