import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'calm' | 'warning' | 'danger';

/** A state in a word; shape and text carry the same information as the colour. */
export function Chip(props: { tone: Tone; icon: IconName; label: string }) {
  return (
    <span class="chip" data-tone={props.tone}>
      <Icon name={props.icon} /> {props.label}
    </span>
  );
}
