import { createSignal, For, Show, Suspense } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { jobQueries } from '../api/jobs.ts';
import type { Job, JobStatus, JobType } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { lazyNamed } from '../ui/lazy-named.tsx';
import { createPaging, ListSection } from '../ui/list-section.tsx';
import { useLocation } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { Select } from '../ui/select.tsx';
import { JobRow } from './job-row.tsx';

const CancelDialog = lazyNamed(() => import('./cancel-dialog.tsx'), 'CancelDialog');

const statuses = Object.keys(text.statuses) as JobStatus[];
const types = Object.keys(text.types) as JobType[];

/** Settings → Jobs. */
export function JobsPage() {
  const api = useApi();
  const member = useMember();
  const { parameter, change } = useLocation();
  const filter = () => ({
    status: statuses.find((each) => each === parameter('status')),
    type: types.find((each) => each === parameter('type')),
  });
  const isFiltered = () => filter().status !== undefined || filter().type !== undefined;
  const paging = createPaging();
  const page = useQuery(() => jobQueries.list(api, filter(), paging.cursor()));
  const mayCancel = () => member()?.role === 'admin';
  const [asked, setAsked] = createSignal<Job | null>(null);
  const set = (changes: Record<string, string | undefined>) =>
    change({ ...changes, pages: undefined }, 'replace');
  const filters = (
    <search class="filters">
      <Select
        label={text.filter}
        value={filter().status ?? ''}
        options={[['', text.any], ...statuses.map((each) => [each, text.statuses[each]] as const)]}
        onChange={(value) => set({ status: value || undefined })}
      />
      <Select
        label={text.typeFilter}
        value={filter().type ?? ''}
        options={[
          ['', text.anyType],
          ...types.map((each) => [each, text.types[each] ?? each] as const),
        ]}
        onChange={(value) => set({ type: value || undefined })}
      />
      <Show when={isFiltered()}>
        <button
          type="button"
          class="button button-quiet"
          onClick={() => set({ status: undefined, type: undefined })}
        >
          {text.clear}
        </button>
      </Show>
    </search>
  );
  return (
    <Page title={text.title} lead={text.lead}>
      <Show when={!mayCancel() && member()}>
        {(known) => <p class="muted">{text.adminsOnly(known().organization.name)}</p>}
      </Show>
      <ListSection
        label={text.title}
        query={page}
        paging={paging}
        empty={isFiltered() ? text.emptyFiltered : text.empty}
        before={filters}
        columns={[
          text.columns.job,
          text.columns.subOrg,
          text.columns.created,
          text.columns.progress,
          text.columns.status,
          ...(mayCancel() ? [text.columns.actions] : []),
        ]}
      >
        <For each={page.isSuccess ? page.data.items : []}>
          {(job) => <JobRow job={job} mayCancel={mayCancel()} onAsk={() => setAsked(job)} />}
        </For>
      </ListSection>
      <Suspense>
        <Show when={asked()} keyed>
          {(job) => <CancelDialog job={job} onClose={() => setAsked(null)} />}
        </Show>
      </Suspense>
    </Page>
  );
}
