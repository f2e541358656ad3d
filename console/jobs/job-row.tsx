import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { isOpen } from '../api/jobs.ts';
import type { Job } from '../api/records.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { jobs as text } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import type { IconName } from '../ui/icon.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const looks: Readonly<Record<Job['status'], readonly [Tone, IconName]>> = {
  queued: ['calm', 'clock'],
  running: ['calm', 'rotate'],
  completed: ['good', 'check'],
  failed: ['danger', 'warning'],
  cancelled: ['warning', 'close'],
};

/** One job with how far it is. */
export function JobRow(props: { job: Job; mayCancel: boolean; onCancel: () => void }) {
  const api = useApi();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const subOrg = () =>
    (subOrgs.isSuccess ? subOrgs.data : []).find(({ id }) => id === props.job.subOrgId)?.name;
  const progress = () => text.progress(props.job.progress, props.job.total);
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <span class="key-label">{text.types[props.job.type]}</span>
        <br />
        <code class="muted">{props.job.id}</code>
        <Show when={props.job.errorMessage}>
          <p class="field-error">
            <bdi>{props.job.errorMessage}</bdi>
          </p>
        </Show>
      </th>
      <td data-label={text.columns.subOrg}>
        <bdi>{subOrg() ?? text.all}</bdi>
      </td>
      <td data-label={text.columns.by}>
        <span class="clip">{props.job.createdBy ?? text.nobody}</span>
      </td>
      <td data-label={text.columns.created}>
        <TimeAgo at={props.job.createdAt} />
      </td>
      <td data-label={text.columns.progress}>
        <div class="progress">
          {progress()}
          <Show when={isOpen(props.job) && props.job.total}>
            {(total) => (
              <progress
                aria-label={`${text.columns.progress} ${props.job.id}`}
                max={total()}
                value={props.job.progress}
              />
            )}
          </Show>
        </div>
      </td>
      <td data-label={text.columns.status}>
        <Chip
          tone={looks[props.job.status][0]}
          icon={looks[props.job.status][1]}
          label={text.statuses[props.job.status]}
        />
      </td>
      <Show when={props.mayCancel}>
        <td class="cell-actions">
          <Show when={isOpen(props.job)}>
            <button
              type="button"
              class="button button-quiet button-warn"
              aria-haspopup="dialog"
              aria-label={`${text.cancel} ${props.job.id}`}
              onClick={() => props.onCancel()}
            >
              {text.cancel}
            </button>
          </Show>
        </td>
      </Show>
    </tr>
  );
}
