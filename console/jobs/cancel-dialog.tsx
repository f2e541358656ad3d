import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshJobs } from '../api/jobs.ts';
import type { Job } from '../api/records.ts';
import { jobs as text } from '../messages/messages.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/** Asks before a started job is cancelled: its work is lost. */
export function CancelDialog(props: { job: Job; onClose: () => void }) {
  const api = useApi();
  const announce = useStatusLine();
  const cancel = createAction(async () => {
    await api.trpc.jobs.cancel.mutate({ id: props.job.id });
    await refreshJobs(api);
    announce(text.cancelled);
    props.onClose();
  });
  const says = (done: string) =>
    props.job.type === 'key_import' ? text.cancelImport(done) : text.cancelRunning(done);
  return (
    <ConfirmDialog
      title={text.cancelTitle}
      confirm={text.cancelConfirm}
      dismiss={text.keep}
      isPending={cancel.isPending()}
      problem={cancel.problem()}
      onConfirm={() => void cancel.start()}
      onClose={props.onClose}
    >
      <p>{says(text.progress(props.job.progress, props.job.total))}</p>
    </ConfirmDialog>
  );
}
