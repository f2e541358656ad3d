import type { JSX } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { Practices } from './practices.tsx';

/** Replaces an empty table: what keys are for, and how to keep them. */
export function EmptyKeys(props: { newKeyButton: () => JSX.Element }) {
  return (
    <div class="card panel">
      <span class="panel-icon">
        <Icon name="key" />
      </span>
      <h2>{text.empty.title}</h2>
      <p>{text.empty.lead}</p>
      <Practices />
      {props.newKeyButton()}
    </div>
  );
}
