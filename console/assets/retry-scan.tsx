import { Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { type Asset, type AssetKind, refreshAssets } from '../api/assets.ts';
import { refreshJobs } from '../api/jobs.ts';
import type { Job } from '../api/records.ts';
import { assets } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { visibleText } from '../ui/visible-text.ts';

/** Why the last scan did not complete, and another one: not of an upload, whose file is gone. */
export function RetryScan(props: { kind: AssetKind; asset: Asset; scan: Job | undefined }) {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  const text = () => assets[props.kind.noun];
  const retry = createAction(async () => {
    if (props.scan === undefined) return;
    await api.trpc.jobs.retry.mutate({ id: props.scan.id });
    announce(text().retried);
    await Promise.all([refreshAssets(api), refreshJobs(api)]);
  });
  const mayRetry = () =>
    member()?.role === 'admin' && props.scan !== undefined && props.asset.url !== null;
  return (
    <>
      <p class="notice">
        <span>
          <Icon name="warning" /> {text().failed}{' '}
          <Show when={props.scan?.errorMessage}>
            {(reason) => <bdi>{visibleText(reason())}</bdi>}
          </Show>
        </span>
        <Show when={mayRetry()}>
          <button
            type="button"
            class="button"
            aria-disabled={retry.isPending()}
            onClick={() => void retry.start()}
          >
            {retry.isPending() ? text().retrying : text().retry}
          </button>
        </Show>
      </p>
      <ProblemNote problem={retry.problem()} onRetry={() => void retry.retry()} />
    </>
  );
}
