import { shortTimes as text } from '../messages/messages.ts';
import { createClock } from './clock.ts';
import { Moment } from './moment.tsx';
import { localTimeText, relativeTime, shortSpan, utcTimeText } from './time-text.ts';

/** The distance of a time, as short as `3 d`; a screen reader gets the exact text alone. */
export function ShortTime(props: { at: string }) {
  const now = createClock();
  const at = () => Date.parse(props.at);
  const exact = () => (
    <>
      {text.exact(relativeTime(at(), now()), utcTimeText(at()))}
      <br />
      {text.local(localTimeText(at()))}
    </>
  );
  return (
    <Moment at={props.at} isStop={false} exact={exact()}>
      <span aria-hidden="true">{shortSpan(at(), now())}</span>
    </Moment>
  );
}
