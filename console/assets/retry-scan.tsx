import { Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import {
  type Asset,
  type AssetKind,
  type Environment,
  refreshAssets,
  submitAsset,
} from '../api/assets.ts';
import { refreshJobs } from '../api/jobs.ts';
import type { Job } from '../api/records.ts';
import { assets } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { visibleText } from '../ui/visible-text.ts';

/**
 * Why the last scan did not complete, and another one. Where the scan is known it is retried; an
 * extension's address is submitted again, which is the same extension.
 */
export function RetryScan(props: {
  kind: AssetKind;
  environment: Environment;
  asset: Asset;
  scan: Job | undefined;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const member = useMember();
  const text = () => assets[props.kind.noun];
  const retry = createAction(async () => {
    const { scan } = props;
    const { url, subOrgId } = props.asset;
    if (scan !== undefined) await api.trpc.jobs.retry.mutate({ id: scan.id });
    else if (url !== null) await submitAsset(api, props.kind, { url, subOrgId });
    announce(text().retried);
    await Promise.all([refreshAssets(api), refreshJobs(api)]);
  });
  const mayRetry = () =>
    member()?.role === 'admin' &&
    (props.kind.hasScans
      ? props.scan !== undefined
      : props.asset.url !== null && props.environment === 'live');
  return (
    <>
      <p class="notice">
        <span>
          <Icon name="warning" /> {text().failed}{' '}
          <Show
            when={props.scan?.errorMessage}
            fallback={props.kind.hasScans ? '' : text().reasonInJobs}
          >
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
