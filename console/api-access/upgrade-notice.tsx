import { createSignal, For, Show, Suspense } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries, refreshKeys } from '../api/api-keys.ts';
import { useQuery } from '../api/use-query.ts';
import { revokeAll as revokeAllText, apiAccess as text, upgrade } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

const ConfirmDialog = lazyDialog(() => import('../ui/confirm-dialog.tsx'), 'ConfirmDialog');

/** For an admin whose plan lacks API access: its benefits, and the keys from an earlier plan. */
export function UpgradeNotice() {
  const api = useApi();
  const member = useMember();
  const status = useQuery(() => apiKeyQueries.status(api));
  const dormant = () => (status.isSuccess ? status.data.dormantKeys : 0);
  return (
    <>
      <section class="card panel" aria-labelledby="upgrade">
        <span class="panel-icon">
          <Icon name="key" />
        </span>
        <h2 id="upgrade">{upgrade.title}</h2>
        <p>{upgrade.lead(member()?.tier ?? 1)}</p>
        <ul class="points">
          <For each={upgrade.points}>
            {(point) => (
              <li>
                <Icon name="check" /> {point}
              </li>
            )}
          </For>
        </ul>
        <a class="button button-primary" href={upgrade.address}>
          {upgrade.contact}
        </a>
      </section>
      <Show when={dormant() > 0}>
        <DormantKeys count={dormant()} />
      </Show>
    </>
  );
}

function DormantKeys(props: { count: number }) {
  const api = useApi();
  const announce = useStatusLine();
  const [isAsking, setAsking] = createSignal(false);
  const revokeAll = createAction(async () => {
    const { revoked } = await api.trpc.apiKeys.revokeAll.mutate({ confirm: props.count });
    setAsking(false);
    announce(text.done.revokedAll(revoked));
    await refreshKeys(api);
  });
  return (
    <section class="card notice-card" aria-labelledby="dormant">
      <div>
        <h2 id="dormant">{upgrade.dormantTitle(props.count)}</h2>
        <p class="muted">{upgrade.dormant}</p>
      </div>
      <button
        type="button"
        class="button button-warn"
        aria-haspopup="dialog"
        onClick={() => setAsking(true)}
      >
        {upgrade.action}
      </button>
      <Suspense>
        <Show when={isAsking()}>
          <ConfirmDialog
            title={revokeAllText.title}
            confirm={revokeAllText.confirm}
            typed={String(props.count)}
            isPending={revokeAll.isPending()}
            problem={revokeAll.problem()}
            onConfirm={() => void revokeAll.start()}
            onClose={() => setAsking(false)}
          >
            <p>{revokeAllText.lead(props.count)}</p>
          </ConfirmDialog>
        </Show>
      </Suspense>
    </section>
  );
}
