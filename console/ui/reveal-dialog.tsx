import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { useLocation } from '../settings/location.tsx';
import { Dialog } from './dialog.tsx';
import { RevealPanel } from './reveal-panel.tsx';

/** A secret that the server has just made. */
export interface Revealed {
  readonly secret: string;
  /** What stands for it until it is asked for. */
  readonly masked: string;
}

/**
 * A dialog that asks for something and then reveals the secret that came of it. The secret lives in
 * this component's signal and nowhere else: not in a cache, in storage, in the URL, nor, once the
 * dialog has closed, in the page.
 */
export function RevealDialog(props: {
  title: string;
  lead: JSX.Element;
  revealTitle: string;
  revealLead: string;
  /** The file that a download makes, and the environment variable that it sets. */
  file: { readonly name: string; readonly variable: string };
  /** How to use the secret, below it. */
  use: JSX.Element;
  onClose: () => void;
  form: (reveal: (revealed: Revealed) => void) => JSX.Element;
}) {
  const [revealed, setRevealed] = createSignal<Revealed | null>(null);
  const [isSaved, setSaved] = createSignal(false);
  const [isAsking, setAsking] = createSignal(false);
  const isAtRisk = () => revealed() !== null && !isSaved();

  const warn = (event: BeforeUnloadEvent) => {
    if (isAtRisk()) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);
  onCleanup(() => window.removeEventListener('beforeunload', warn));
  useLocation().guard(() => {
    if (isAtRisk()) setAsking(true);
    return !isAtRisk();
  });

  const close = () => {
    setRevealed(null);
    props.onClose();
  };
  return (
    <Dialog
      title={revealed() === null ? props.title : props.revealTitle}
      description={revealed() === null ? props.lead : undefined}
      onClose={() => (isAtRisk() ? setAsking(true) : close())}
    >
      <Show when={revealed()} fallback={props.form(setRevealed)} keyed>
        {(known) => (
          <RevealPanel
            revealed={known}
            lead={props.revealLead}
            file={props.file}
            use={props.use}
            isSaved={isSaved()}
            isAsking={isAsking()}
            onSaved={setSaved}
            onBack={() => setAsking(false)}
            onClose={close}
          />
        )}
      </Show>
    </Dialog>
  );
}
