import { createSignal, onCleanup } from 'solid-js';
import { useLocation } from './location.tsx';

/** A newly created secret. */
export interface Revealed {
  readonly secret: string;
  /** Shown in place of the secret until *Show* is pressed. */
  readonly masked: string;
  /** The name of its key or webhook. */
  readonly of: string;
}

export type Reveal = ReturnType<typeof createReveal>;

/**
 * Holds a secret from its answer until the dialog closes. The secret lives in this signal only: not
 * in a cache, in storage, in the URL, nor, once the dialog has closed, in the page. Leaving before
 * the secret is saved asks for confirmation.
 *
 * @param onClose - closes the dialog; the secret is gone by then.
 */
export function createReveal(onClose: () => void) {
  const [revealed, setRevealed] = createSignal<Revealed | null>(null);
  const [isMaking, setMaking] = createSignal(false);
  const [isSaved, setSaved] = createSignal(false);
  const [isAsking, setAsking] = createSignal(false);
  // Also while the server creates it: closing then would leave a key whose secret was never shown.
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

  function close(): void {
    setRevealed(null);
    onClose();
  }
  function leave(): void {
    if (isMaking()) return;
    if (isAtRisk()) setAsking(true);
    else close();
  }
  return {
    revealed,
    isMaking,
    isSaved,
    setSaved,
    /** Whether the dialog shows the question about closing without a saved secret. */
    isAsking,
    stay: () => setAsking(false),
    /** Closes, unless the secret would be lost: then it asks. */
    leave,
    close,
    /** Waits for a secret in creation; a failure is the caller's to handle. */
    async show(made: Promise<Revealed>): Promise<void> {
      setMaking(true);
      try {
        setRevealed(await made);
      } finally {
        setMaking(false);
      }
    },
  };
}
