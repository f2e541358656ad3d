import { onMount } from 'solid-js';

/** Asks in a dialog before its content is lost; the way back has the focus. */
export function LeaveQuestion(props: {
  title: string;
  lead: string;
  back: string;
  leave: string;
  onBack: () => void;
  onLeave: () => void;
}) {
  let back: HTMLButtonElement | undefined;
  onMount(() => back?.focus());
  return (
    <div class="ask" role="alert">
      <div>
        <strong>{props.title}</strong>
        <p>{props.lead}</p>
      </div>
      <div class="ask-buttons">
        <button type="button" class="button" ref={back} onClick={() => props.onBack()}>
          {props.back}
        </button>
        <button type="button" class="button button-danger" onClick={() => props.onLeave()}>
          {props.leave}
        </button>
      </div>
    </div>
  );
}
