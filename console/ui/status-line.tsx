import {
  createContext,
  createSignal,
  onCleanup,
  type ParentProps,
  Show,
  useContext,
} from 'solid-js';
import { Icon } from './icon.tsx';

const StatusLineContext = createContext<(text: string) => void>(() => {});

/** The time that a confirmation stays, in milliseconds. */
const shownFor = 6_000;

/** Announces, in a corner and to screen readers, a completed action. */
export function useStatusLine(): (text: string) => void {
  return useContext(StatusLineContext);
}

export function StatusLineProvider(props: ParentProps) {
  const [line, setLine] = createSignal('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const announce = (text: string) => {
    clearTimeout(timer);
    setLine(text);
    timer = setTimeout(() => setLine(''), shownFor);
  };
  onCleanup(() => clearTimeout(timer));
  return (
    <StatusLineContext.Provider value={announce}>
      {props.children}
      <div class="status-line" role="status">
        <Show when={line()}>
          <p>
            <Icon name="check" /> {line()}
          </p>
        </Show>
      </div>
    </StatusLineContext.Provider>
  );
}
