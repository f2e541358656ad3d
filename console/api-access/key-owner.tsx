import { Show } from 'solid-js';
import type { ApiKey } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';

/** The name of a key's owner; pressed, it shows that owner's keys. */
export function KeyOwner(props: { owner: ApiKey['owner']; onOwner: (id: string) => void }) {
  const member = useMember();
  const name = () => {
    const { kind, id, name } = props.owner;
    if (kind === 'organization') return text.imported;
    return id === member()?.user.id ? text.you : (name ?? id);
  };
  return (
    <button
      type="button"
      class="owner link-plain"
      title={text.filters.showOwner(name())}
      onClick={() => props.onOwner(props.owner.id)}
    >
      <Show when={props.owner.kind === 'service_account'}>
        <Icon name="robot" />{' '}
      </Show>
      <bdi>{name()}</bdi>
    </button>
  );
}
