import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { Dialog } from './dialog.tsx';
import { useLocation } from './location.tsx';
import { type Revealed, RevealPanel } from './reveal-panel.tsx';

/** Asks for something; once it is sent, what comes of it is waited for. */
export type SecretForm<Made> = (
  reveal: (made: Promise<Made>) => Promise<void>,
  cancel: () => void,
) => JSX.Element;

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
  form: SecretForm<Revealed>;
}) {
  const [revealed, setRevealed] = createSignal<Revealed | null>(null);
  const [isMaking, setMaking] = createSignal(false);
  const [isSaved, setSaved] = createSignal(false);
  const [isAsking, setAsking] = createSignal(false);
  // Also while the server makes it: a dialog closed then would leave a key whose secret was never shown.
  const isAtRisk = () => isMaking() || (revealed() !== null && !isSaved());

  const warn = (event: BeforeUnloadEvent) => {
    if (isAtRisk()) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);
  onCleanup(() => window.removeEventListener('beforeunload', warn));
  useLocation().guard(() => {
    const mayLeave = !isAtRisk();
    if (!mayLeave) leave();
    return mayLeave;
  });

  async function reveal(made: Promise<Revealed>): Promise<void> {
    setMaking(true);
    try {
      setRevealed(await made);
    } finally {
      setMaking(false);
    }
  }
  function leave(): void {
    if (isMaking()) return;
    if (isAtRisk()) setAsking(true);
    else close();
  }

  const close = () => {
    setRevealed(null);
    props.onClose();
  };
  return (
    <Dialog
      title={revealed() === null ? props.title : props.revealTitle}
      description={revealed() === null ? props.lead : undefined}
      onClose={leave}
    >
      <Show when={revealed()} fallback={props.form(reveal, leave)} keyed>
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
