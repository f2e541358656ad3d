import { Show } from 'solid-js';
import { createAction } from '../../api/action.ts';
import { useApi } from '../../api/api-context.tsx';
import { refreshKeys, showKey } from '../../api/api-keys.ts';
import type { ApiKey, RetiringUse } from '../../api/records.ts';
import { apiAccess, rotationPanel as text } from '../../messages/messages.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useStatusLine } from '../../ui/status-line.tsx';
import { CallerList } from './caller-list.tsx';

/** Asks before a retiring secret is refused, and names the callers that break (null if unknown). */
export function EndGraceDialog(props: {
  apiKey: ApiKey;
  callers: RetiringUse['items'] | null;
  onClose: () => void;
}) {
  const api = useApi();
  const announce = useStatusLine();
  const endGrace = createAction(async () => {
    const { id, label } = props.apiKey;
    const saved = await api.trpc.apiKeys.endGrace.mutate({ id });
    props.onClose();
    showKey(api, id, () => saved);
    announce(apiAccess.done.graceEnded(label));
    void refreshKeys(api);
  });
  return (
    <ConfirmDialog
      title={text.endTitle(props.apiKey.label)}
      confirm={text.endGrace}
      isPending={endGrace.isPending()}
      problem={endGrace.problem()}
      onConfirm={() => void endGrace.start()}
      onClose={props.onClose}
    >
      <p>{text.ends(props.apiKey.retiringPreview ?? '')}</p>
      <Show when={props.callers}>
        {(callers) => (
          <Show when={callers().length > 0} fallback={<p>{text.breaksNothing}</p>}>
            <div class="breaks">
              <p>
                <strong>{text.breaks}</strong>
              </p>
              <CallerList label={text.callers} callers={callers()} />
            </div>
          </Show>
        )}
      </Show>
      <p class="muted">{text.keepsNew}</p>
    </ConfirmDialog>
  );
}
