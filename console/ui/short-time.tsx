import { createSignal } from 'solid-js';
import { shortTimes as text } from '../messages/messages.ts';
import { createClock } from './clock.ts';
import { localTimeText, relativeTime, shortSpan, utcTimeText } from './time-text.ts';

/**
 * The distance of a time, as short as `3 d`. The exact moment appears on hover and focus, Escape
 * hides it; a screen reader gets the exact text alone.
 */
export function ShortTime(props: { at: string }) {
  const now = createClock();
  const at = () => Date.parse(props.at);
  const [isHidden, setHidden] = createSignal(false);
  return (
    <time
      class="time"
      classList={{ 'time-quiet': isHidden() }}
      dateTime={props.at}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && setHidden(true)}
      onPointerEnter={() => setHidden(false)}
      onFocus={() => setHidden(false)}
    >
      <span aria-hidden="true">{shortSpan(at(), now())}</span>
      <span class="time-exact">
        {text.exact(relativeTime(at(), now()), utcTimeText(at()))}
        <br />
        {text.local(localTimeText(at()))}
      </span>
    </time>
  );
}
