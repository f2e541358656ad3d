import { createSignal, For, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys } from '../api/api-keys.ts';
import type { BulkAction, BulkInput, BulkOutcome, ListedKey } from '../api/records.ts';
import { bulk as text } from '../messages/messages.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TextField } from '../ui/text-field.tsx';
import { AccountField } from './account-field.tsx';
import { createDescendants } from './descendants.tsx';
import { KeyCallers } from './key-callers.tsx';

/** The number of keys listed by name. */
const named = 5;

const callsOf = ({ calls7d }: ListedKey) => calls7d.reduce((sum, calls) => sum + calls, 0);
const isInUse = (key: ListedKey) => callsOf(key) > 0;

/** One action on many keys: its effects first, then the outcome of each that failed. */
export function BulkDialog(props: {
  action: BulkAction;
  keys: readonly ListedKey[];
  onDone?: (() => void) | undefined;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  // The list behind the dialog changes; the question stays about the keys it was asked for.
  const { action, keys } = props;
  const [reason, setReason] = createSignal('');
  const [account, setAccount] = createSignal('');
  const [failed, setFailed] = createSignal<BulkOutcome['failed']>([]);
  const stops = action === 'revoke' || action === 'disable';
  // Its callers are named. One key to be revoked has a dialog of its own.
  const only = action === 'disable' && keys.length === 1 ? keys[0] : undefined;
  const descendants = createDescendants(keys, action);
  const labelOf = (id: string) => keys.find((key) => key.id === id)?.label ?? id;
  const [done, setDone] = createSignal<readonly string[]>([]);
  const doneText = () => text.done[action](done().length, labelOf(done()[0] ?? ''));
  const run = createAction(async (ids: string[]) => {
    const input: BulkInput = {
      ...{ ids, action },
      ...(action === 'hand_over' ? { serviceAccountId: account() } : {}),
      ...(action === 'revoke' && reason().trim() ? { reason: reason().trim() } : {}),
    };
    const outcome = await api.trpc.apiKeys.bulk.mutate(input);
    setDone([...done(), ...outcome.done]);
    setFailed(outcome.failed);
    await refreshKeys(api);
    if (outcome.failed.length > 0) return;
    announce(doneText());
    props.onDone?.();
    props.onClose();
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => ({}),
    input: () => ({ reason: reason(), serviceAccountId: account() }),
    problem: run.problem,
  });
  return (
    <Show
      when={failed().length === 0}
      fallback={
        <Dialog
          title={text.failedTitle(failed().length, keys.length)}
          asksItself
          onClose={props.onClose}
        >
          <div class="dialog-body">
            <Show when={done().length > 0}>
              <p>{doneText()}</p>
            </Show>
            <div role="alert">
              <ul class="affected">
                <For each={failed()}>
                  {({ id, detail }) => (
                    <li>
                      <bdi>{labelOf(id)}</bdi> {detail}
                    </li>
                  )}
                </For>
              </ul>
            </div>
            <ProblemNote problem={run.problem()} onRetry={() => void run.retry()} />
            <div class="dialog-foot">
              <button type="button" class="button" onClick={() => props.onClose()}>
                {text.close}
              </button>
              <button
                type="button"
                class="button button-primary"
                data-autofocus
                aria-disabled={run.isPending()}
                onClick={() => void run.start(failed().map(({ id }) => id))}
              >
                {text.retry(failed().length)}
              </button>
            </div>
          </div>
        </Dialog>
      }
    >
      <ConfirmDialog
        title={text.titles[action](keys.length, labelOf(keys[0]?.id ?? ''))}
        confirm={text.actions[action]}
        isHarmless={!stops}
        typed={action === 'revoke' && keys.some(isInUse) ? String(keys.length) : undefined}
        isKnown={descendants.isKnown() && (action !== 'hand_over' || account() !== '')}
        isPending={run.isPending()}
        problem={problem()}
        onConfirm={() => check() && void run.start(keys.map(({ id }) => id))}
        onClose={props.onClose}
      >
        <p>{text.effects[action](keys.length)}</p>
        <Show when={only} fallback={<InUse keys={keys} stops={stops} />}>
          {(key) => <KeyCallers id={key().id} />}
        </Show>
        <descendants.View />
        <Show when={action === 'hand_over'}>
          <AccountField
            value={account()}
            error={errorOf('serviceAccountId')}
            onChange={setAccount}
          />
        </Show>
        <Show when={action === 'revoke'}>
          <TextField
            label={text.reason}
            optional={text.optional}
            hint={text.reasonHint}
            maxLength={200}
            value={reason()}
            error={errorOf('reason')}
            onInput={setReason}
          />
        </Show>
      </ConfirmDialog>
    </Show>
  );
}

/** The keys of a selection that are in use, the most used first. */
function InUse(props: { keys: readonly ListedKey[]; stops: boolean }) {
  const inUse = () => props.keys.filter(isInUse).sort((a, b) => callsOf(b) - callsOf(a));
  return (
    <Show
      when={inUse().length > 0}
      fallback={<p class="muted">{text.noneInUse(props.keys.length)}</p>}
    >
      <div class="notice notice-column" classList={{ 'notice-calm': !props.stops }}>
        <p>{text.inUse(inUse().length, props.keys.length, props.stops)}</p>
        <ul class="affected">
          <For each={inUse().slice(0, named)}>
            {(key) => (
              <li>
                <bdi>{key.label}</bdi> <span class="muted">{text.calls(callsOf(key))}</span>
              </li>
            )}
          </For>
        </ul>
        <Show when={inUse().length > named}>
          <p class="muted">{text.more(inUse().length - named)}</p>
        </Show>
      </div>
    </Show>
  );
}
