import { createSignal } from 'solid-js';
import { times as text } from '../messages/messages.ts';
import { createClock } from './clock.ts';
import { localTimeText, relativeTime, utcTimeText } from './time-text.ts';

/** A relative time; the absolute ones appear on hover and on focus, Escape hides them. */
export function TimeAgo(props: { at: string }) {
  const now = createClock();
  const at = () => Date.parse(props.at);
  const [isHidden, setHidden] = createSignal(false);
  return (
    <time
      class="time"
      classList={{ 'time-quiet': isHidden() }}
      dateTime={props.at}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it shows more, which the keyboard must reach
      tabIndex={0}
      onKeyDown={(event) => event.key === 'Escape' && setHidden(true)}
      onPointerEnter={() => setHidden(false)}
      onFocus={() => setHidden(false)}
    >
      {relativeTime(at(), now())}
      <span class="time-exact">
        {' '}
        {utcTimeText(at())}
        <br />
        {text.local(localTimeText(at()))}
      </span>
    </time>
  );
}
