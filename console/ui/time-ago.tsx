import { times as text } from '../messages/messages.ts';
import { createClock } from './clock.ts';
import { Moment } from './moment.tsx';
import { localTimeText, relativeTime, utcTimeText } from './time-text.ts';

/** A relative time, with the absolute ones. */
export function TimeAgo(props: { at: string }) {
  const now = createClock();
  const at = () => Date.parse(props.at);
  const exact = () => (
    <>
      {' '}
      {utcTimeText(at())}
      <br />
      {text.local(localTimeText(at()))}
    </>
  );
  return (
    <Moment at={props.at} isStop exact={exact()}>
      {relativeTime(at(), now())}
    </Moment>
  );
}
