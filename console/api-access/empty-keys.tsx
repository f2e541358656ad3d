import type { JSX } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Practices } from './practices.tsx';

/** Replaces an empty table: what keys are for, and how to keep them. */
export function EmptyKeys(props: { newKeyButton: () => JSX.Element }) {
  return (
    <div class="card">
      <EmptyState icon="key" {...text.empty} action={props.newKeyButton()}>
        <Practices />
      </EmptyState>
    </div>
  );
}
