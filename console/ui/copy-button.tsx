import { reveal as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';
import { useStatusLine } from './status-line.tsx';

/** Copies a text that is no secret, such as an id. */
export function CopyButton(props: { value: string; label: string }) {
  const announce = useStatusLine();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.value);
      announce(text.copied);
    } catch {
      announce(text.copyRefused, 'failure');
    }
  };
  return (
    <button
      type="button"
      class="button-icon button-small"
      aria-label={props.label}
      onClick={() => void copy()}
    >
      <Icon name="copy" />
    </button>
  );
}
