import { createSignal, type JSX } from 'solid-js';

/** A time in brief. The exact one appears on hover and on focus, Escape hides it. */
export function Moment(props: {
  at: string;
  /** Whether Tab stops at it; in a grid, its cell is the stop. */
  isStop: boolean;
  exact: JSX.Element;
  children: JSX.Element;
}) {
  const [isHidden, setHidden] = createSignal(false);
  return (
    <time
      class="time"
      classList={{ 'time-quiet': isHidden() }}
      dateTime={props.at}
      tabIndex={props.isStop ? 0 : -1}
      onKeyDown={(event) => event.key === 'Escape' && setHidden(true)}
      onPointerEnter={() => setHidden(false)}
      onFocus={() => setHidden(false)}
    >
      {props.children}
      <span class="time-exact">{props.exact}</span>
    </time>
  );
}
