import { createContext, createSignal, onCleanup, type ParentProps, useContext } from 'solid-js';
import { type Outcome, OutcomeLine } from './outcome-line.tsx';

type Announce = (text: string, kind?: 'failure') => void;

const StatusLineContext = createContext<Announce>(() => {});

/** The time that an outcome stays, in milliseconds. */
const shownFor = 6_000;

/** Announces the outcome of an action, in a corner and to screen readers. */
export function useStatusLine(): Announce {
  return useContext(StatusLineContext);
}

export function StatusLineProvider(props: ParentProps) {
  const [outcome, setOutcome] = createSignal<Outcome | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const announce: Announce = (text, kind) => {
    clearTimeout(timer);
    setOutcome({ text, isFailure: kind === 'failure' });
    timer = setTimeout(() => setOutcome(null), shownFor);
  };
  onCleanup(() => clearTimeout(timer));
  return (
    <StatusLineContext.Provider value={announce}>
      {props.children}
      <OutcomeLine class="status-line" outcome={outcome()} />
    </StatusLineContext.Provider>
  );
}
