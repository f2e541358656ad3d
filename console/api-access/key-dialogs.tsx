import { Match, Suspense, Switch } from 'solid-js';
import type { ApiKey, BulkAction, ListedKey } from '../api/records.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';

export type OpenDialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'rotate'; readonly key: ApiKey }
  | {
      readonly kind: 'revoke';
      readonly key: ApiKey;
      readonly reason?: string;
      readonly onDone?: () => void;
    }
  | {
      readonly kind: 'bulk';
      readonly action: BulkAction;
      readonly keys: readonly ListedKey[];
      readonly onDone?: () => void;
    };

// Loaded when first needed: the list does not wait for them.
const NewKeyDialog = lazyDialog(() => import('./new-key-dialog.tsx'), 'NewKeyDialog');
const RotateDialog = lazyDialog(() => import('./rotate-dialog.tsx'), 'RotateDialog');
const RevokeDialog = lazyDialog(() => import('./revoke-dialog.tsx'), 'RevokeDialog');
const BulkDialog = lazyDialog(() => import('./bulk-dialog.tsx'), 'BulkDialog');

/** The one dialog that is open, if any. */
export function KeyDialogs(props: { dialog: OpenDialog | null; onClose: () => void }) {
  const of = <Kind extends OpenDialog['kind']>(kind: Kind) => {
    const { dialog } = props;
    return dialog?.kind === kind ? (dialog as Extract<OpenDialog, { kind: Kind }>) : null;
  };
  return (
    <Suspense>
      <Switch>
        <Match when={props.dialog?.kind === 'create'}>
          <NewKeyDialog onClose={props.onClose} />
        </Match>
        <Match when={of('rotate')}>
          {(open) => <RotateDialog key={open().key} onClose={props.onClose} />}
        </Match>
        <Match when={of('revoke')}>
          {(open) => (
            <RevokeDialog
              key={open().key}
              reason={open().reason}
              onDone={open().onDone}
              onClose={props.onClose}
            />
          )}
        </Match>
        <Match when={of('bulk')}>
          {(open) => (
            <BulkDialog
              action={open().action}
              keys={open().keys}
              onDone={open().onDone}
              onClose={props.onClose}
            />
          )}
        </Match>
      </Switch>
    </Suspense>
  );
}
