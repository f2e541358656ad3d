import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import type { IssuedKey } from '../api/records.ts';
import { Dialog } from '../ui/dialog.tsx';
import { RevealPanel } from './reveal-panel.tsx';

/**
 * A dialog that asks for something and then reveals the secret that came of it. The secret lives in
 * this component's signal and nowhere else: not in a cache, in storage, in the URL, nor, once the
 * dialog has closed, in the page.
 */
export function SecretDialog(props: {
  title: string;
  lead: JSX.Element;
  revealTitle: string;
  onClose: () => void;
  form: (reveal: (issued: IssuedKey) => void) => JSX.Element;
}) {
  const [issued, setIssued] = createSignal<IssuedKey | null>(null);
  const [isSaved, setSaved] = createSignal(false);
  const [isAsking, setAsking] = createSignal(false);
  const isAtRisk = () => issued() !== null && !isSaved();

  const warn = (event: BeforeUnloadEvent) => {
    if (isAtRisk()) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);
  onCleanup(() => window.removeEventListener('beforeunload', warn));

  const close = () => {
    setIssued(null);
    props.onClose();
  };
  return (
    <Dialog
      title={issued() === null ? props.title : props.revealTitle}
      description={issued() === null ? props.lead : undefined}
      onClose={() => (isAtRisk() ? setAsking(true) : close())}
    >
      <Show when={issued()} fallback={props.form(setIssued)} keyed>
        {(known) => (
          <RevealPanel
            issued={known}
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
