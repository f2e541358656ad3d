import { useQuery } from '@tanstack/solid-query';
import { createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { jobQueries, refreshJobs } from '../api/jobs.ts';
import type { Job, JobStatus } from '../api/records.ts';
import { jobs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { useLocation } from '../settings/location.tsx';
import { createPaging, ListSection } from '../ui/list-section.tsx';
import { Page } from '../ui/page.tsx';
import { Select } from '../ui/select.tsx';
import { useStatusLine } from '../ui/status-line.tsx';
import { JobRow } from './job-row.tsx';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../ui/confirm-dialog.tsx')).ConfirmDialog,
}));

const statuses = Object.keys(text.statuses) as JobStatus[];

/** Settings → Jobs. */
export function JobsPage() {
  const api = useApi();
  const say = useStatusLine();
  const member = useMember();
  const { parameter, change } = useLocation();
  const status = () => statuses.find((each) => each === parameter('status'));
  const paging = createPaging();
  const page = useQuery(() => jobQueries.list(api, status(), paging.cursor()));
  const mayCancel = () => member()?.role === 'admin';
  const [asked, setAsked] = createSignal<Job | null>(null);
  const cancel = createAction(async (job: Job) => {
    await api.trpc.jobs.cancel.mutate({ id: job.id });
    await refreshJobs(api);
    say(text.cancelled);
    setAsked(null);
  });
  const filter = (
    <div class="filters">
      <Select
        label={text.filter}
        value={status() ?? ''}
        options={[['', text.any], ...statuses.map((each) => [each, text.statuses[each]] as const)]}
        onChange={(value) => change({ status: value || undefined, pages: undefined }, 'replace')}
      />
    </div>
  );
  return (
    <Page title={text.title} lead={text.lead}>
      <ListSection
        label={text.title}
        query={page}
        paging={paging}
        empty={text.empty}
        before={filter}
        columns={[
          text.columns.job,
          text.columns.subOrg,
          text.columns.by,
          text.columns.created,
          text.columns.progress,
          text.columns.status,
          ...(mayCancel() ? [text.columns.actions] : []),
        ]}
      >
        <For each={page.isSuccess ? page.data.items : []}>
          {(job) => <JobRow job={job} mayCancel={mayCancel()} onCancel={() => setAsked(job)} />}
        </For>
      </ListSection>
      <Suspense>
        <Show when={asked()} keyed>
          {(job) => (
            <ConfirmDialog
              title={text.cancelTitle}
              confirm={text.cancelConfirm}
              isPending={cancel.isPending()}
              problem={cancel.problem()}
              onConfirm={() => void cancel.start(job)}
              onClose={() => setAsked(null)}
            >
              <p>{text.cancelLead}</p>
            </ConfirmDialog>
          )}
        </Show>
      </Suspense>
    </Page>
  );
}
