import { createSignal } from 'solid-js';
import { createAction } from '../api/action.ts';
import { useApi } from '../api/api-context.tsx';
import { refreshKeys, showKey } from '../api/api-keys.ts';
import type { ApiKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { useStatusLine } from '../ui/status-line.tsx';

export type KeyActions = ReturnType<typeof createKeyActions>;

/** The actions of a key that need no dialog. */
export function createKeyActions(key: () => ApiKey) {
  const api = useApi();
  const announce = useStatusLine();
  const [isRenaming, setRenaming] = createSignal(false);

  // Optimistic: the new label shows immediately, and the old one returns when the server refuses.
  const rename = createAction(async (label: string) => {
    const { id, label: before } = key();
    showKey(api, id, (shown) => ({ ...shown, label }));
    setRenaming(false);
    try {
      const saved = await api.trpc.apiKeys.update.mutate({ id, label });
      showKey(api, id, () => saved);
    } catch (error) {
      showKey(api, id, (shown) => ({ ...shown, label: before }));
      throw error;
    }
    announce(text.done.renamed(label));
    void refreshKeys(api);
  });

  // Not optimistic: it takes effect only with the server's answer.
  const enable = createAction(async () => {
    const { id, label } = key();
    const saved = await api.trpc.apiKeys.update.mutate({ id, disabled: false });
    showKey(api, id, () => saved);
    announce(text.done.enabled(label));
    void refreshKeys(api);
  });

  const all = [rename, enable];
  const failed = () => all.find((action) => action.problem() !== null);
  const alone = <Arguments extends unknown[]>(action: {
    start: (...args: Arguments) => Promise<boolean>;
  }) => {
    return (...args: Arguments) => {
      for (const each of all) each.dismiss();
      void action.start(...args);
    };
  };
  return {
    isRenaming,
    startRenaming: () => setRenaming(true),
    stopRenaming: () => setRenaming(false),
    rename: alone(rename),
    enable: alone(enable),
    isPending: () => all.some((action) => action.isPending()),
    problem: () => failed()?.problem() ?? null,
    retry: () => void failed()?.retry(),
  };
}
