import { createSignal, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { jobQueries } from '../api/jobs.ts';
import type { Job, JobStatus, JobType } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { Select } from '../ui/select.tsx';
import { JobRow } from './job-row.tsx';

const CancelDialog = lazyDialog(() => import('./cancel-dialog.tsx'), 'CancelDialog');

const statuses = Object.keys(text.statuses) as JobStatus[];
const types = Object.keys(text.types) as JobType[];

/** Settings → Jobs. */
export function JobsPage() {
  const api = useApi();
  const member = useMember();
  const { parameter } = useLocation();
  const filter = () => ({
    status: statuses.find((each) => each === parameter('status')),
    type: types.find((each) => each === parameter('type')),
  });
  const isFiltered = () => filter().status !== undefined || filter().type !== undefined;
  const paging = createPaging();
  const page = useQuery(() => jobQueries.list(api, filter(), paging.cursor()));
  const mayCancel = () => member()?.role === 'admin';
  const [asked, setAsked] = createSignal<Job | null>(null);
  const filters = (
    <search class="filters">
      <Select
        label={text.filter}
        value={filter().status ?? ''}
        options={[['', text.any], ...statuses.map((each) => [each, text.statuses[each]] as const)]}
        onChange={(value) => paging.restart({ status: value || undefined })}
      />
      <Select
        label={text.typeFilter}
        value={filter().type ?? ''}
        options={[
          ['', text.anyType],
          ...types.map((each) => [each, text.types[each] ?? each] as const),
        ]}
        onChange={(value) => paging.restart({ type: value || undefined })}
      />
      <Show when={isFiltered()}>
        <button
          type="button"
          class="button button-quiet"
          onClick={() => paging.restart({ status: undefined, type: undefined })}
        >
          {text.clear}
        </button>
      </Show>
    </search>
  );
  const adminsOnly = () => (
    <Show when={!mayCancel() && member()}>
      {(known) => <p class="muted">{text.adminsOnly(known().organization.name)}</p>}
    </Show>
  );
  return (
    <ListPage
      title={text.title}
      lead={text.lead}
      note={adminsOnly()}
      query={page}
      paging={paging}
      empty={isFiltered() ? text.emptyFiltered : { icon: 'list', ...text.empty }}
      emptyAction={
        <Link class="button button-primary" href="/settings/repositories">
          {text.emptyAction}
        </Link>
      }
      before={filters}
      columns={[
        text.columns.job,
        text.columns.subOrg,
        text.columns.created,
        text.columns.progress,
        text.columns.status,
        ...(mayCancel() ? [text.columns.actions] : []),
      ]}
      row={(job) => <JobRow job={job} mayCancel={mayCancel()} onAsk={() => setAsked(job)} />}
    >
      <Show when={asked()} keyed>
        {(job) => <CancelDialog job={job} onClose={() => setAsked(null)} />}
      </Show>
    </ListPage>
  );
}
