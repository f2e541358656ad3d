import { Match, Suspense, Switch } from 'solid-js';
import type { ApiKey } from '../api/records.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';

export type OpenDialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'rotate' | 'revoke'; readonly key: ApiKey };

// Loaded when first needed: the list does not wait for them.
const NewKeyDialog = lazyDialog(() => import('./new-key-dialog.tsx'), 'NewKeyDialog');
const RotateDialog = lazyDialog(() => import('./rotate-dialog.tsx'), 'RotateDialog');
const RevokeDialog = lazyDialog(() => import('./revoke-dialog.tsx'), 'RevokeDialog');

/** The one dialog that is open, if any. */
export function KeyDialogs(props: { dialog: OpenDialog | null; onClose: () => void }) {
  const about = (kind: OpenDialog['kind']) => {
    const { dialog } = props;
    return dialog !== null && dialog.kind !== 'create' && dialog.kind === kind ? dialog.key : null;
  };
  return (
    <Suspense>
      <Switch>
        <Match when={props.dialog?.kind === 'create'}>
          <NewKeyDialog onClose={props.onClose} />
        </Match>
        <Match when={about('rotate')}>
          {(key) => <RotateDialog key={key()} onClose={props.onClose} />}
        </Match>
        <Match when={about('revoke')}>
          {(key) => <RevokeDialog key={key()} onClose={props.onClose} />}
        </Match>
      </Switch>
    </Suspense>
  );
}
