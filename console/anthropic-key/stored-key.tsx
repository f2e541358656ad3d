import { createSignal, type JSX, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { anthropicKeyQueries, refreshAnthropicKey } from '../api/anthropic-key.ts';
import { useApi } from '../api/api-context.tsx';
import type { AnthropicKey } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { anthropicKey as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Chip } from '../ui/chip.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { KeyForm } from './key-form.tsx';

/** The organization's key, masked, with its last check and its actions. */
export function StoredKey(props: { record: AnthropicKey }) {
  const api = useApi();
  const announce = useStatusLine();
  const [isRemoving, setRemoving] = createSignal(false);
  const check = createAction(async () => {
    const { lastCheck } = await api.trpc.anthropicKey.check.mutate({});
    if (lastCheck?.ok) announce(text.checkedFine);
    else announce(text.checkedBad, 'failure');
    await refreshAnthropicKey(api);
  });
  return (
    <section class="card panel-plain" aria-label={text.title} data-focus-home>
      <Show when={props.record.rotationDue && props.record.ageDays}>
        {(age) => (
          <p class="notice">
            <span>
              <Icon name="clock" /> {text.reminder(age())}
            </span>
          </p>
        )}
      </Show>
      <dl class="facts">
        <Fact name={text.facts.key}>
          <code>{props.record.preview}</code>
        </Fact>
        <Fact name={text.facts.lastCheck}>
          <LastCheck record={props.record} />
        </Fact>
        <Fact name={text.facts.setBy}>
          <Setter id={props.record.setBy} />
        </Fact>
        <Fact name={text.facts.setAt}>
          <Show when={props.record.setAt}>{(at) => <TimeAgo at={at()} />}</Show>
        </Fact>
        <Fact name={text.facts.age}>{text.age(props.record.ageDays ?? 0)}</Fact>
      </dl>
      <div class="details-actions">
        <button
          type="button"
          class="button"
          aria-disabled={check.isPending()}
          onClick={() => void check.start()}
        >
          {check.isPending() ? text.checking : text.check}
        </button>
        <button
          type="button"
          class="button button-warn"
          aria-haspopup="dialog"
          onClick={() => setRemoving(true)}
        >
          {text.remove}
        </button>
      </div>
      <ProblemNote problem={check.problem()} onRetry={() => void check.retry()} />
      <div class="replace">
        <h2>{text.replaceTitle}</h2>
        <p class="muted">{text.replaceLead}</p>
        <KeyForm label={text.newField} save={text.replace} />
      </div>
      <Show when={isRemoving()}>
        <RemoveDialog preview={props.record.preview} onClose={() => setRemoving(false)} />
      </Show>
    </section>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function LastCheck(props: { record: AnthropicKey }) {
  return (
    <Show when={props.record.lastCheck}>
      {(last) => (
        <>
          <Show
            when={last().ok}
            fallback={<Chip tone="danger" icon="warning" label={text.failed} />}
          >
            <Chip tone="good" icon="check" label={text.works} />
          </Show>{' '}
          <TimeAgo at={last().at} />
          <Show when={last().detail}>
            {(detail) => <p class="field-error">{`${detail()}.`}</p>}
          </Show>
        </>
      )}
    </Show>
  );
}

/** The user who set the key, by name where the audit log has one. */
function Setter(props: { id: string | null }) {
  const api = useApi();
  const member = useMember();
  const setter = useQuery(() => anthropicKeyQueries.setter(api, props.id));
  const name = () =>
    props.id === member()?.user.id
      ? text.you
      : ((setter.isSuccess ? setter.data : null) ?? props.id ?? '');
  return <bdi>{name()}</bdi>;
}

function RemoveDialog(props: { preview: string | null; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const remove = createAction(async () => {
    await api.trpc.anthropicKey.remove.mutate({});
    props.onClose();
    announce(text.removed);
    await refreshAnthropicKey(api);
  });
  return (
    <ConfirmDialog
      title={text.removeTitle}
      confirm={text.removeConfirm}
      isPending={remove.isPending()}
      problem={remove.problem()}
      onConfirm={() => void remove.start()}
      onClose={props.onClose}
    >
      <p class="break-anywhere">
        <code>{props.preview}</code>
      </p>
      <p>{text.removeLead}</p>
    </ConfirmDialog>
  );
}
